import type { AggregateId, NewEvent, RawEvent } from '#contracts';

export interface JournalEnds {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Broker time at which the journal was made: what another journal says differs in it. */
  readonly foundedAt: string;
}

export interface AppendOptions {
  /** Refuse when the aggregate's last event has another sequence. 0: nobody may have written yet. */
  readonly expectedRevision?: number;
}

export interface LastEvent {
  readonly sequence: number;
  /** Where it was said again, if it was carried: then the rest tells of the first time. */
  readonly place?: number;
  readonly type: string | undefined;
  readonly id: string | undefined;
  /** Broker store time, ms since the epoch. */
  readonly atMs: number;
  readonly actor: string | undefined;
  readonly reason: string | undefined;
  /** Parsed body, or undefined when it is not JSON. */
  readonly data: unknown;
}

/** The append-only log of everything that happened. The truth. */
export interface Journal {
  /** Stores the event, synced, and returns its sequence. @throws ROLLCALL_REVISION_CONFLICT */
  append(event: NewEvent, options?: AppendOptions): Promise<number>;
  /** Stores all events or none. Returns the sequence of the last; they are consecutive. */
  appendBatch(events: readonly (NewEvent & AppendOptions)[]): Promise<number>;
  /** The last event of an aggregate, readable or not. */
  last(aggregate: AggregateId): Promise<LastEvent | undefined>;
  ends(): Promise<JournalEnds>;
  /** Sequence of the first event stored at or after a broker time; undefined when there is none. */
  firstAt(time: Date): Promise<number | undefined>;
  /** The message at a sequence, or undefined when it is not, or no longer, there. */
  at(sequence: number): Promise<RawEvent | undefined>;
  /**
   * Hands over every event from a sequence on, in order, each once, for as long as the reader is open: across
   * reconnects too. The handler must not throw.
   */
  follow(fromSequence: number, onEvent: (event: RawEvent) => void): Promise<OpenReader>;
  /** Hands over the events of a range, in order, and resolves after the last. */
  read(range: JournalRange, onEvent: (event: RawEvent) => void): Promise<void>;
}

export interface JournalRange {
  /** Begin with a sequence or a broker time; default the first event there is. */
  readonly from?: { readonly sequence: number } | { readonly time: Date };
  /** Stop after this sequence. Default: the last at the time of the call. */
  readonly toSequence?: number;
  /** Only these aggregates, as key patterns with NATS wildcards, e.g. `default.*.orders.>`. */
  readonly patterns?: readonly string[];
}

export interface OpenReader {
  close(): void;
}
