import type { IncarnationId } from '#contracts';

/** For whom to beat and how often. */
export interface HeartOrder {
  readonly id: IncarnationId;
  /** Undefined for one that never beats: it only answers probes. */
  readonly heartbeatMs?: number | undefined;
  readonly leaseMs: number;
}

/** Shows that one incarnation is alive: beats, and answers when it is probed. */
export interface Heart {
  /** Time since the last acknowledged beat, in ms; Infinity before the first, undefined when it never beats. */
  readonly silentMs: number | undefined;
  stop(): void;
}

/** Where hearts run is a decision of its own: on a thread and connection of theirs, or beside everything else. */
export interface Hearts {
  /** Begins to beat at once. */
  start(order: HeartOrder): Heart;
  close(): Promise<void>;
}
