import { ClockOffset } from '#application';

/**
 * Tells fresh ticks from old ones. A process that was frozen finds in its buffers what was sent to it meanwhile,
 * and must not take that for news. The broker's clock and ours need not agree: only their distance counts.
 */
export class TickAge {
  readonly #maxAgeMs: number;
  #ahead = new ClockOffset();
  #oldSinceMs: number | undefined;

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  /**
   * @param atMs broker time of the tick
   * @param nowMs our monotonic clock, which also runs while the process is frozen
   */
  isFresh(atMs: number, nowMs: number): boolean {
    const ageMs = (this.#ahead.ms ?? -Infinity) - (atMs - nowMs);
    if (ageMs <= this.#maxAgeMs) {
      this.#ahead.observe(atMs, nowMs);
      this.#oldSinceMs = undefined;
      return true;
    }
    this.#oldSinceMs ??= nowMs;
    // What was buffered comes in one burst. When old ticks keep coming, the broker's clock was set back.
    if (nowMs - this.#oldSinceMs <= this.#maxAgeMs) return false;
    this.#ahead = new ClockOffset();
    this.#ahead.observe(atMs, nowMs);
    this.#oldSinceMs = undefined;
    return true;
  }
}
