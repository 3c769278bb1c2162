/** What a heartbeat says beside being there. */
export interface Vitals {
  /** Longest time the event loop was held up since the last beat, in ms. */
  readonly eventLoopLagMs: number;
  /** Journal sequence the views of this client reflect. */
  readonly position: number;
}

/** For whom to beat, where to, and how often. */
export interface HeartOrder {
  /** `heartbeat.v1.<namespace>.<service>.<instance>.<incarnation>` */
  readonly subject: string;
  readonly heartbeatMs: number;
  readonly vitals: () => Vitals;
  /** Told when the broker refuses beats for a reason that waiting does not cure. */
  readonly onTrouble: (error: Error) => void;
}

/** Shows that one incarnation is alive. A small interface, because where it runs is a decision of its own. */
export interface Heart {
  /** Broker-acknowledged beats so far. */
  readonly beats: number;
  /** Time since the last acknowledged beat, in ms; Infinity before the first. */
  readonly silentMs: number;
  /** Beats at once, then every `heartbeatMs`. */
  start(): void;
  stop(): void;
}

export type CreateHeart = (order: HeartOrder) => Heart;
