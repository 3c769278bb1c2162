import type { RawEvent } from '#contracts';
import { lastOnAny, type OpenedReader, openReader, rawEvent, watchConnection, watchForStall } from '#nats';
import type { ClientPlace } from '../client/place.js';

export interface JournalTailParts {
  readonly place: ClientPlace;
  readonly filterSubjects: readonly string[];
  /** Events held until somebody takes them. */
  readonly heldMax: number;
  /** Called before each reading; what it throws keeps the tail from going on, and is its business. */
  readonly mayRead: () => Promise<boolean>;
  readonly onTrouble: (error: Error) => void;
}

/** An event, and how many the broker has behind it. */
export interface HeldEvent {
  readonly raw: RawEvent;
  readonly pending: number;
}

const RETRY_MS = 200;
/** Each subject that is asked for takes so much longer until it is asked for again, and nats.js finds out by itself in a minute. */
const LOOK_APART_MS = 1_000;
const LOOK_APART_MS_MIN = 2_000;
const LOOK_APART_MS_MAX = 60_000;

/**
 * Follows the journal with a bounded store: when it is full, the reader is closed, and opened again behind the last
 * event it holds once everything has been taken. A push consumer knows no other way to be told "slowly". It is opened
 * anew after every reconnect, and when it was lost without a word, too.
 */
export class JournalTail {
  readonly #parts: JournalTailParts;
  readonly #stops: readonly (() => void)[];
  #held: HeldEvent[] = [];
  #reader: OpenedReader | undefined;
  #generation = 0;
  #next = 1;
  /** Where the journal ended when it had nothing newer for us. */
  #quietUntil = 0;
  #isFull = false;
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(parts: JournalTailParts) {
    this.#parts = parts;
    this.#stops = [
      watchConnection(parts.place.connection, {
        onReconnect: () => void (this.#isFull || this.#open()),
      }),
      watchForStall({
        seen: () => this.#next - 1,
        there: () => (this.#reader === undefined ? Promise.resolve(0) : this.#newest()),
        onStall: () => void (this.#reader === undefined || this.#open()),
        everyMs: lookApartMs(parts.filterSubjects.length),
      }),
    ];
  }

  /** Forgets what it holds, reads no more until it is started again, and wakes whoever waits. */
  halt(): void {
    this.#stop();
    this.#held = [];
    this.#wake();
  }

  /** Forgets what it holds, and reads from a sequence on. */
  start(next: number): Promise<void> {
    this.#held = [];
    this.#next = next;
    this.#quietUntil = 0;
    return this.#open();
  }

  /** Up to so many events, once there is one; none when it was closed or woken. */
  async take(max: number): Promise<HeldEvent[]> {
    if (this.#held.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const taken = this.#held.splice(0, max);
    if (this.#held.length === 0 && this.#isFull && !this.#isClosed) void this.#open();
    return taken;
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#stop();
    this.#wake();
  }

  /** Of the newest event for us. Each service has five subjects: they are asked for when the journal has moved at all. */
  async #newest(): Promise<number> {
    const { place, filterSubjects } = this.#parts;
    const { manager, streams } = place;
    const end = (await manager.streams.info(streams.journal)).state.last_seq;
    if (end === this.#quietUntil) return 0;
    const newest = (await lastOnAny(manager, streams.journal, filterSubjects))?.sequence ?? 0;
    if (newest < this.#next) this.#quietUntil = end;
    return newest;
  }

  #stop(): void {
    this.#generation += 1;
    this.#reader?.close();
    this.#reader = undefined;
  }

  async #open(): Promise<void> {
    const { place, filterSubjects, mayRead, onTrouble } = this.#parts;
    this.#stop();
    this.#isFull = false;
    const mine = this.#generation;
    const isOver = (): boolean => this.#isClosed || mine !== this.#generation;
    try {
      if (!(await mayRead()) || isOver()) return;
      const { connection, streams, domain } = place;
      const order = {
        stream: streams.journal,
        filterSubjects,
        from: { sequence: this.#next },
        ...(domain === undefined ? {} : { domain }),
      };
      const opened = await openReader(connection, order, (message) => {
        if (isOver() || message.info.streamSequence < this.#next) return;
        this.#hold({ raw: rawEvent(message, place.subjects), pending: message.info.pending });
      });
      if (isOver()) opened.close();
      else this.#reader = opened;
    } catch (error) {
      if (isOver()) return;
      onTrouble(error as Error);
      setTimeout(() => isOver() || void this.#open(), RETRY_MS);
    }
  }

  #hold(event: HeldEvent): void {
    this.#held.push(event);
    this.#next = event.raw.sequence + 1;
    if (this.#held.length >= this.#parts.heldMax) {
      this.#isFull = true;
      this.#stop();
    }
    this.#wake();
  }
}

function lookApartMs(subjects: number): number {
  return Math.min(LOOK_APART_MS_MAX, Math.max(LOOK_APART_MS_MIN, LOOK_APART_MS * subjects));
}
