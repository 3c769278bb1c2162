import type { AggregateId, EventType, RegistryEvent } from '#contracts';
import type { FoldEntry } from '../view/fold-entry.js';

/** What happened to one aggregate, and is to be undone. */
export interface Undoing {
  /** Oldest first; nothing that counts came to the aggregate after the last of them. */
  readonly events: readonly [RegistryEvent, ...RegistryEvent[]];
  /** What stood under its view key before the first of them. */
  readonly before: FoldEntry | undefined;
  /** What stands there now. */
  readonly now: FoldEntry | undefined;
}

/** An event that takes back what others did. Attributes, guards and headers are for whoever writes it. */
export interface Compensating {
  readonly type: EventType;
  readonly aggregate: AggregateId;
  readonly data: object;
}

/** The events that undo, to be stored together; or why nothing does, in words. */
export type Compensation = readonly [Compensating, ...Compensating[]] | { readonly why: string };
