import type { Clock } from '../ports/clock.js';

/**
 * A broker that has not answered for so long stands still. Below the second by which a heartbeat outlives the wait
 * for the next one, so that no shorter standstill makes a heartbeat lapse; far above a round trip.
 */
const STILL_MS = 800;

/**
 * Feels whether the broker, or our line to it, stands still: what lapses meanwhile says nothing about the instances,
 * because their heartbeats could not be heard. A standstill is known while it lasts, without any connection being lost.
 */
export class BrokerPulse {
  readonly #clock: Clock;
  readonly #ping: () => Promise<void>;
  readonly #onStill: (forMs: number) => void;
  #askedAtMs: number | undefined;

  /** @param onStill told when a standstill is over, and how long it was */
  constructor(clock: Clock, ping: () => Promise<void>, onStill: (forMs: number) => void) {
    this.#clock = clock;
    this.#ping = ping;
    this.#onStill = onStill;
  }

  get isStill(): boolean {
    return this.#waitedMs > STILL_MS;
  }

  /** Asks the broker, unless it still owes an answer. Call it several times a second. */
  feel(): void {
    if (this.#askedAtMs !== undefined) return;
    this.#askedAtMs = this.#clock.monotonicMs();
    const over = (): void => {
      const waitedMs = this.#waitedMs;
      this.#askedAtMs = undefined;
      if (waitedMs > STILL_MS) this.#onStill(waitedMs);
    };
    // A connection that is lost loses the question: that it comes back is told as a gap of its own.
    this.#ping().then(over, over);
  }

  get #waitedMs(): number {
    return this.#askedAtMs === undefined ? 0 : this.#clock.monotonicMs() - this.#askedAtMs;
  }
}
