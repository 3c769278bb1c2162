import type { Compensating } from '#domain';

/** What is undone of one aggregate, by events that are stored together. */
export interface UndoItem {
  /** Its subject in the journal: `default.instance.orders.orders-1`. */
  readonly subject: string;
  /** Sequences of the events that are undone, oldest first. */
  readonly undoes: readonly number[];
  /** Id of the newest of them. */
  readonly causationId: string;
  /** What happened, of the newest of them: when, and in a sentence. */
  readonly at: string;
  readonly happened: string;
  /** What will be said instead. */
  readonly becomes: string;
  /** Sequence of the last message on the subject when the plan was made. */
  readonly expectedRevision: number;
  /** The last one is about the subject itself. */
  readonly events: readonly [Compensating, ...Compensating[]];
}
