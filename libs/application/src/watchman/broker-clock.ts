import type { Clock } from '../ports/clock.js';

/**
 * The broker's time, as far as a process can know it: the newest time stamp seen, carried forward by the
 * process's own monotonic clock. Grace periods are measured with it, so that a wrong wall clock changes nothing.
 */
export class BrokerClock {
  readonly #clock: Clock;
  #offsetMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A message with this broker time has just arrived. Late messages never turn the time back. */
  observe(atMs: number): void {
    const offsetMs = atMs - this.#clock.monotonicMs();
    if (this.#offsetMs === undefined || offsetMs > this.#offsetMs) this.#offsetMs = offsetMs;
  }

  /** Undefined until the broker has said anything. */
  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.#clock.monotonicMs() + this.#offsetMs;
  }
}
