/** Takes the oldest events off the journal, by the broker's own limit of their number. */
export interface JournalCutter {
  /** What the journal takes on the disk, and what time the broker has. */
  size(): Promise<{ readonly bytes: number; readonly nowMs: number }>;
  /**
   * Takes off what is up to a sequence, and as many events more as are appended until no limit stands again. None
   * stands when it resolves; when it rejects, one may.
   */
  cut(through: number): Promise<void>;
  /**
   * Lifts a limit that stands, whoever left it: while nobody is there to carry what is alive, nothing may be taken.
   * Returns whether one stood.
   */
  lift(): Promise<boolean>;
}
