export interface LeadershipHandlers {
  readonly onElected: () => void;
  readonly onDeposed: () => void;
}

/** One of many replicas leads. The others stand by and are elected when it is gone. */
export interface Leadership {
  readonly isLeader: boolean;
  start(handlers: LeadershipHandlers): Promise<void>;
  /** Hands over at once. */
  stop(): Promise<void>;
}
