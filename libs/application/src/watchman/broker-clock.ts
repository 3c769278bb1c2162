import type { Clock } from '../ports/clock.js';

/** For so long the newest time stamp counts; after at most twice of it, only later ones do. */
const WINDOW_MS = 60_000;

/**
 * The broker's time, as far as a process can know it: the newest time stamp of the last minute or two, carried
 * forward by the process's own monotonic clock. Grace periods are measured with it, so that a wrong wall clock
 * changes nothing. Not the newest for ever: two clocks drift apart, and in a cluster the next leader of a stream may
 * have an earlier clock than the last; a time that is ahead of the broker's would cut every grace short.
 */
export class BrokerClock {
  readonly #clock: Clock;
  #offsetMs: number | undefined;
  #beforeMs = -Infinity;
  #windowEndsAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A message with this broker time has just arrived. Late messages do not turn the time back. */
  observe(atMs: number): void {
    const monotonicMs = this.#clock.monotonicMs();
    const offsetMs = atMs - monotonicMs;
    if (monotonicMs >= this.#windowEndsAtMs) {
      this.#beforeMs = this.#offsetMs ?? -Infinity;
      this.#offsetMs = offsetMs;
      this.#windowEndsAtMs = monotonicMs + WINDOW_MS;
    } else if (this.#offsetMs === undefined || offsetMs > this.#offsetMs) this.#offsetMs = offsetMs;
  }

  /** Undefined until the broker has said anything. */
  nowMs(): number | undefined {
    return this.#offsetMs === undefined
      ? undefined
      : this.#clock.monotonicMs() + Math.max(this.#offsetMs, this.#beforeMs);
  }
}
