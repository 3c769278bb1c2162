import { limits, type RawEvent } from '#contracts';
import type { Clock } from '../ports/clock.js';
import type { Journal, OpenReader } from '../ports/journal.js';

export interface PacedReaderParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly onEvent: (event: RawEvent) => void;
  /** Writes that what was read has caused, and that are not stored yet. */
  readonly backlog: () => number;
  /** It could not go on reading. */
  readonly onFailed: (error: Error) => void;
}

/** Long enough for what waited behind a portion to be heard. */
const PAUSE_MS = 20;

/**
 * Follows the journal in portions while it is behind: what is read faster than it can be written would fill the
 * memory, and would hold up everything else on the connection, the election of the reader itself first of all.
 */
export class PacedReader {
  readonly #parts: PacedReaderParts;
  #reader: OpenReader | undefined;
  #nextSequence = 1;
  /** Events read since nothing was waiting. */
  #portion = 0;
  #isPaused = false;
  #isClosed = false;
  #cancelPause: () => void = () => undefined;

  constructor(parts: PacedReaderParts) {
    this.#parts = parts;
  }

  async start(fromSequence: number): Promise<void> {
    this.#nextSequence = fromSequence;
    this.#portion = 0;
    const reader = await this.#parts.journal.follow(fromSequence, (raw) => this.#onEvent(raw));
    // The first portion may have been read while the reader was being opened.
    if (this.#isClosed || this.#isPaused) reader.close();
    else this.#reader = reader;
  }

  /** Call it when nothing is waiting any more. */
  caughtUp(): void {
    this.#portion = 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPause();
    this.#reader?.close();
  }

  #onEvent(raw: RawEvent): void {
    if (this.#isClosed || this.#isPaused || raw.sequence < this.#nextSequence) return;
    this.#nextSequence = raw.sequence + 1;
    this.#portion += 1;
    this.#parts.onEvent(raw);
    if (this.#portion >= limits.projectorReadMax) this.#pause();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#reader?.close();
    this.#reader = undefined;
    this.#waitForRoom();
  }

  #waitForRoom(): void {
    this.#cancelPause = this.#parts.clock.after(PAUSE_MS, () => {
      if (this.#isClosed) return;
      if (this.#parts.backlog() >= limits.projectorBacklogMax) {
        this.#waitForRoom();
        return;
      }
      this.#isPaused = false;
      this.start(this.#nextSequence).catch((error: Error) => this.#isClosed || this.#parts.onFailed(error));
    });
  }
}
