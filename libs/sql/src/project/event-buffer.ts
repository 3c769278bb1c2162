import { limits, type RawEvent } from '#contracts';
import type { Journal, OpenReader } from '#application';

/** Bytes of bodies in one batch at most: large records make small batches. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The journal as a reader that is slower than the broker needs it: a bounded number of events is held, then
 * reading stops until they are taken, and begins again behind the last one.
 */
export class EventBuffer {
  readonly #journal: Journal;
  #events: RawEvent[] = [];
  #next: number;
  #reader: OpenReader | undefined;
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(journal: Journal, fromSequence: number) {
    this.#journal = journal;
    this.#next = fromSequence;
  }

  /** The next events, in order, at most one batch; waits until there are some. Empty once it is closed. */
  async take(): Promise<RawEvent[]> {
    while (this.#events.length === 0 && !this.#isClosed) {
      if (this.#reader === undefined) await this.#open();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#isClosed ? [] : this.#events.splice(0, this.#batchLength());
  }

  close(): void {
    this.#isClosed = true;
    this.#pause();
    this.#wake();
  }

  #batchLength(): number {
    let bytes = 0;
    let length = 0;
    for (const event of this.#events) {
      bytes += event.bytes;
      if (length === limits.sqlBatchMax || (length > 0 && bytes > BATCH_BYTES_MAX)) break;
      length += 1;
    }
    return length;
  }

  async #open(): Promise<void> {
    let isFull = false;
    const reader = await this.#journal.follow(this.#next, (event) => {
      if (isFull || this.#isClosed || event.sequence < this.#next) return;
      this.#events.push(event);
      this.#next = event.sequence + 1;
      isFull = this.#events.length >= limits.sqlBufferMax;
      if (isFull) this.#pause();
      this.#wake();
    });
    if (isFull || this.#isClosed) reader.close();
    else this.#reader = reader;
  }

  #pause(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}
