/** Takes the oldest events off the journal, by the broker's own limit of age. */
export interface JournalCutter {
  /** What the journal takes on the disk, and what time the broker has. */
  size(): Promise<{ readonly bytes: number; readonly nowMs: number }>;
  /**
   * Takes off what is older. No limit stands when it resolves: while nobody is there to carry what is alive, nothing
   * is taken.
   */
  cut(ageMs: number): Promise<void>;
}
