import { limits } from '#contracts';
import { describeChange, mayBeForgotten, type ViewEntry, type ViewTable } from '#domain';
import type { ViewWriter } from '../ports/view-bucket.js';
import { type PendingWrite, type Taken, WriteQueue } from './write-queue.js';

export interface OutboxParts {
  readonly writer: ViewWriter;
  readonly table: ViewTable;
  /** A change is on the wire: what is published after it finds it told. */
  readonly onTold: (key: string, before: ViewEntry | undefined, after: ViewEntry) => void;
  /** Every event up to here is stored, and the bucket says so. */
  readonly position: () => number;
  /** The bucket has stored another write. */
  readonly onStored: () => void;
  readonly onFailed: (error: Error) => void;
}

/**
 * Sends what the fold produced as soon as it is there: many keys at once, and one write of a key at a time. Nothing
 * waits for a batch to fill or for an earlier one to be stored.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #queue = new WriteQueue();
  /** By key, in the order sent. */
  readonly #inFlight = new Map<string, Taken>();
  #isClosed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Writes that the bucket has not stored yet. */
  get length(): number {
    return this.#queue.length + this.#inFlight.size;
  }

  get isIdle(): boolean {
    return this.length === 0;
  }

  /** The first journal sequence that is not stored yet, or undefined when everything is. */
  oldestSequence(): number | undefined {
    for (const { sinceSequence } of this.#inFlight.values()) return sinceSequence;
    return this.#queue.oldestSequence();
  }

  push(write: PendingWrite): void {
    this.#queue.push(write);
    this.#pump();
  }

  /** Whether nothing is sent until the position has come to just before the next write. */
  get isHeld(): boolean {
    return this.#inFlight.size === 0 && this.#queue.isBarrierNext && !this.#mayPass();
  }

  /** The position has moved: what waited for it is sent. */
  wake(): void {
    this.#pump();
  }

  /** Nothing more is sent, and nobody is told what becomes of what is under way. */
  close(): void {
    this.#isClosed = true;
  }

  readonly #isBusy = (key: string): boolean => this.#inFlight.has(key);

  #pump(): void {
    while (!this.#isClosed && this.#inFlight.size < limits.projectorInFlightMax) {
      if (this.#queue.isBarrierNext && !this.#mayPass()) return;
      const taken = this.#queue.take(this.#isBusy);
      if (taken === undefined) return;
      this.#inFlight.set(taken.write.key, taken);
      this.#send(taken.write).then(
        () => this.#onStored(taken),
        (error: Error) => this.#isClosed || this.#parts.onFailed(error),
      );
    }
  }

  /** A schema waits until the position has come to just before it. */
  #mayPass(): boolean {
    const sequence = this.#queue.oldestSequence();
    return sequence === undefined || this.#parts.position() >= sequence - 1;
  }

  #onStored({ write }: Taken): void {
    if (this.#isClosed) return;
    this.#inFlight.delete(write.key);
    this.#pump();
    this.#parts.onStored();
  }

  async #send(write: PendingWrite): Promise<void> {
    const { writer, table, onTold } = this.#parts;
    if (write.kind === 'quarantine') {
      await writer.write({ key: write.key, value: write.record });
      return;
    }
    const { key, before, after } = write;
    const slot = table.get(key);
    const expectedRevision = slot?.bucketRevision ?? 0;
    onTold(key, before, after);
    const value = describeChange(before, after);
    const revision = await writer.write({ key, value, expectedRevision, ...tombstoneLife(after) });
    if (slot !== undefined) slot.bucketRevision = Math.max(slot.bucketRevision, revision);
  }
}

/** A tombstone ages out; one that carries an operator's override stays, because the override does. */
function tombstoneLife(entry: ViewEntry): { ttlMs?: number } {
  return mayBeForgotten(entry) ? { ttlMs: limits.tombstoneMs + limits.tombstoneSlackMs } : {};
}
