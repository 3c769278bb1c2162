/** For so long the newest time stamp counts; after at most twice of it, only later ones do. */
const WINDOW_MS = 60_000;

/**
 * How far somebody else's clock is ahead of our monotonic one, by the time stamps of what arrives from there: the
 * largest distance of the last minute or two, because a message can be late and never early. Not the largest for
 * ever: two clocks drift apart, and in a cluster the next leader of a stream may have an earlier clock than the last.
 */
export class ClockOffset {
  #newestMs: number | undefined;
  #beforeMs = -Infinity;
  #windowEndsAtMs = -Infinity;

  /** Undefined until something has arrived. */
  get ms(): number | undefined {
    return this.#newestMs === undefined ? undefined : Math.max(this.#newestMs, this.#beforeMs);
  }

  /**
   * Something with the time stamp `atMs` has arrived. Returns by how much the other clock is further ahead than was
   * known; 0 for a late message, and for the first.
   */
  observe(atMs: number, monotonicMs: number): number {
    const offsetMs = atMs - monotonicMs;
    const knownMs = this.ms;
    if (monotonicMs >= this.#windowEndsAtMs) {
      this.#beforeMs = this.#newestMs ?? -Infinity;
      this.#newestMs = offsetMs;
      this.#windowEndsAtMs = monotonicMs + WINDOW_MS;
    } else if (this.#newestMs === undefined || offsetMs > this.#newestMs) this.#newestMs = offsetMs;
    return knownMs === undefined ? 0 : Math.max(0, offsetMs - knownMs);
  }
}
