/** Time as the process sees it. Rules about instances never use it: they use broker time, from the events. */
export interface Clock {
  /** Milliseconds of a clock that never goes backwards. */
  monotonicMs(): number;
  /** Calls back once after a delay; returns a function that cancels it. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
