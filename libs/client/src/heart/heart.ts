import type { HeartbeatBody, IncarnationId } from '#contracts';

/** What a heartbeat says of the process it comes from. */
export type Vitals = Required<Pick<HeartbeatBody, 'eventLoopLagMs' | 'position'>>;

/** For whom to beat and how often. */
export interface HeartOrder {
  readonly id: IncarnationId;
  /** Undefined for one that never beats: it only answers probes. */
  readonly heartbeatMs?: number | undefined;
  readonly vitals: () => Vitals;
  /** Told when the broker refuses beats for a reason that waiting does not cure. */
  readonly onTrouble: (error: Error) => void;
}

/**
 * Shows that one incarnation is alive: beats, and answers when it is probed. A small interface, because where
 * it runs is a decision of its own.
 */
export interface Heart {
  /** Time since the last acknowledged beat, in ms; Infinity before the first, undefined when it never beats. */
  readonly silentMs: number | undefined;
  /** Beats at once, then every `heartbeatMs`. */
  start(): void;
  stop(): void;
}
