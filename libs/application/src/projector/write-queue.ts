import { limits, parseAggregateKey, type QuarantineRecord } from '#contracts';
import type { ViewEntry } from '#domain';

/** A view key that must be written. */
export interface RecordWrite {
  readonly kind: 'record';
  readonly key: string;
  /** What consumers were told last under this key. */
  readonly before: ViewEntry | undefined;
  after: ViewEntry;
}

/** An event that was set aside must be shown. */
interface QuarantineWrite {
  readonly kind: 'quarantine';
  readonly key: string;
  readonly record: QuarantineRecord;
}

export type PendingWrite = RecordWrite | QuarantineWrite;

function sequenceOf(write: PendingWrite): number {
  return write.kind === 'record' ? write.after.sequence : write.record.sequence;
}

/** A write on its way, and the first journal sequence it stands for: the position may not come to it before it is stored. */
export interface Taken {
  readonly write: PendingWrite;
  readonly sinceSequence: number;
}

/**
 * What later events are judged by must not be in the bucket before everything earlier is: a projector that takes over
 * would judge the earlier ones by it.
 */
function isBarrier(write: PendingWrite | undefined): boolean {
  return write?.kind === 'record' && parseAggregateKey(write.key)?.kind === 'config-schema';
}

/**
 * What the fold has produced and the bucket has not stored yet, in journal order. Normally every change of a
 * key is told; when the queue grows beyond a limit (a replay of a long journal), changes of one key that have
 * not been sent yet melt into one.
 */
export class WriteQueue {
  #writes: PendingWrite[] = [];
  #head = 0;
  /** The newest waiting write of each key; only kept up while coalescing can happen. */
  readonly #waiting = new Map<string, RecordWrite>();
  /** First journal sequence of each waiting write, so that the position never overtakes one. */
  readonly #since = new Map<PendingWrite, number>();

  get length(): number {
    return this.#writes.length - this.#head;
  }

  /** Whether the next write must wait until everything before it is stored, and the position says so. */
  get isBarrierNext(): boolean {
    return isBarrier(this.#writes[this.#head]);
  }

  push(write: PendingWrite): void {
    if (write.kind === 'record') {
      const waiting = this.length > limits.projectorCoalesceLag ? this.#waiting.get(write.key) : undefined;
      if (waiting !== undefined && !isBarrier(write)) {
        waiting.after = write.after;
        return;
      }
      this.#waiting.set(write.key, write);
    }
    this.#since.set(write, sequenceOf(write));
    this.#writes.push(write);
  }

  /** Takes the next write, unless its key is busy: the next write of a key needs the revision of the one before. */
  take(isBusy: (key: string) => boolean): Taken | undefined {
    const write = this.#writes[this.#head];
    if (write === undefined || isBusy(write.key)) return undefined;
    const sinceSequence = this.#since.get(write) ?? sequenceOf(write);
    this.#since.delete(write);
    if (this.#waiting.get(write.key) === write) this.#waiting.delete(write.key);
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#writes.length) {
      this.#writes = this.#writes.slice(this.#head);
      this.#head = 0;
    }
    return { write, sinceSequence };
  }

  /** Sequence of the oldest event that still waits, or undefined when none does. */
  oldestSequence(): number | undefined {
    const oldest = this.#writes[this.#head];
    return oldest === undefined ? undefined : this.#since.get(oldest);
  }
}
