/** What became of one key of a write. */
export interface KeyWritten {
  readonly key: string;
  /** Revision of the key now. */
  readonly revision: number;
  /** False when the key said this already: nothing was written. */
  readonly changed: boolean;
}

export interface ConfigWritten {
  /** Journal sequence of the last event; that of what stood there when nothing was written. */
  readonly sequence: number;
  readonly keys: readonly KeyWritten[];
}

/** A write, and the schedule that comes with it. */
export interface ConfigTimed extends ConfigWritten {
  /** The schedule that will make the change, or undo it. */
  readonly schedule?: string;
  readonly effectiveAt?: string;
  readonly revertsAt?: string;
}
