import type { RegistryEvent } from '#contracts';

/**
 * How far a projection has come: the last event that is in it. The time is the broker's; by both together another
 * journal is recognised. Keep it beside what you project, and write both in one transaction.
 */
export interface ProjectionPosition {
  readonly sequence: number;
  readonly at: string;
}

/** Events in the order of the journal, to be taken in as a whole. */
export interface ProjectionBatch {
  readonly events: readonly RegistryEvent[];
  /** What to store as the position once these events are in. */
  readonly position: ProjectionPosition;
  /** The position these events come after; undefined: they are the first. A store can guard its write with it. */
  readonly previous: ProjectionPosition | undefined;
  /** Events of the batch that could not be read, or are of a type this version does not know. */
  readonly skipped: number;
  /** Events that were waiting at the broker behind this batch when it was read. */
  readonly pending: number;
}

type MaybePromise<Value> = Value | Promise<Value>;

/** A projection as its owner describes it. */
export interface ProjectionOrder {
  /** Reads the position from your store; undefined: begin with the first event there is, which is a rebuild. */
  readonly load: () => MaybePromise<ProjectionPosition | undefined>;
  /**
   * Takes in a batch and stores its position with it. What it throws is tried again, after asking `load` whether the
   * batch has been stored after all.
   */
  readonly apply: (batch: ProjectionBatch) => MaybePromise<void>;
  /**
   * Empties your store when the journal turns out to be another one than it was made from; then it is built from
   * zero. Absent: the projection ends with ROLLCALL_JOURNAL_REPLACED.
   */
  readonly reset?: (reason: Error) => MaybePromise<void>;
  /** Only instances, overrides, verdicts, policy and protection of these services. Default: everything. */
  readonly services?: readonly string[];
  /** Events in one batch. Default 500. */
  readonly batch?: number;
  /** Something failed and will be tried again. Must not throw. */
  readonly onTrouble?: (error: Error) => void;
}

/** A projection at work. */
export interface Projection {
  /** The last event that is in it; 0: none yet. */
  readonly position: number;
  /** Resolves when it is over: with the reason, or with undefined after `close`. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  /** Resolves when an event of the journal, or one behind it, is in. @throws ROLLCALL_POSITION_NOT_REACHED */
  reached(sequence: number, timeoutMs?: number): Promise<void>;
  /** Lets the batch at work finish, and stops. */
  close(): Promise<void>;
}
