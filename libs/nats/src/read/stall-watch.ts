const LOOK_EVERY_MS = 2_000;

export interface StallOrder {
  /** Sequence of the newest message the reader has handed over. */
  readonly seen: () => number;
  /** Sequence of the newest message there is to read, by the word of the leader; 0 when there is none. */
  readonly there: () => Promise<number>;
  /** Opens the reader anew. */
  readonly onStall: () => void;
  /** Time between two looks; longer where a look costs more than one question. Default 2 s. */
  readonly everyMs?: number;
}

/**
 * Finds a reader that hears nothing although there is something to hear. An ordered consumer lives on one node; when
 * that node dies and our own line leads to another, nothing tells us, and nats.js 3.4.0 notices after 60 s (its
 * heartbeat of 30 s cannot be set). While messages come, it costs nothing; in silence, one question a look.
 * @returns stops it
 */
export function watchForStall({ seen, there, onStall, everyMs = LOOK_EVERY_MS }: StallOrder): () => void {
  let before = seen();
  let isLooking = false;
  const look = async (): Promise<void> => {
    const now = seen();
    const isSilent = now === before;
    before = now;
    if (isSilent && (await there()) > now && seen() === now) onStall();
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // Whoever cannot be asked is asked again.
    look().then(
      () => (isLooking = false),
      () => (isLooking = false),
    );
  }, everyMs).unref();
  return () => clearInterval(timer);
}
