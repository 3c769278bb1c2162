import type { Clock } from '../ports/clock.js';
import { ClockOffset } from '../ports/clock-offset.js';

/**
 * The broker's time, as far as a process can know it: its newest time stamps, carried forward by the process's own
 * monotonic clock. Grace periods are measured with it, so that a wrong wall clock changes nothing.
 */
export class BrokerClock {
  readonly #clock: Clock;
  readonly #offset = new ClockOffset();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * A message with this broker time has just arrived. Late messages do not turn the time back. Returns by how much
   * it is later than our own time, in ms: a machine that slept, or a broker whose clock was set, makes it leap.
   */
  observe(atMs: number): number {
    return this.#offset.observe(atMs, this.#clock.monotonicMs());
  }

  /** Undefined until the broker has said anything. */
  nowMs(): number | undefined {
    const offsetMs = this.#offset.ms;
    return offsetMs === undefined ? undefined : this.#clock.monotonicMs() + offsetMs;
  }
}
