/** A loop is called well again after it has turned for so long at most, whatever the limit. */
const CALM_MS_MAX = 5_000;

export type LoopState = 'well' | 'overloaded';

/** What is known of the main thread's event loop at one moment. Times are monotonic, in ms. */
export interface LoopSample {
  readonly nowMs: number;
  /** The longest delay since the sample before, one that still lasts included. */
  readonly lagMs: number;
  /**
   * Since when the observer itself has been running without a gap. A process that was stopped as a whole, by
   * SIGSTOP or by the hypervisor, was not busy.
   */
  readonly awakeSinceMs: number;
}

/**
 * When an event loop counts as overloaded: held up for longer than `afterMs` at a time. It is well again once no
 * delay above a quarter of that was seen for `afterMs`, five seconds at most: a loop that is blocked again and again
 * does not change its status each time.
 */
export class OverloadRule {
  readonly #afterMs: number;
  #state: LoopState = 'well';
  #busyAtMs = -Infinity;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  observe({ nowMs, lagMs, awakeSinceMs }: LoopSample): LoopState {
    const busyMs = Math.min(lagMs, nowMs - awakeSinceMs);
    if (busyMs > this.#afterMs / 4) this.#busyAtMs = nowMs;
    if (busyMs > this.#afterMs) this.#state = 'overloaded';
    else if (nowMs - this.#busyAtMs >= Math.min(this.#afterMs, CALM_MS_MAX)) this.#state = 'well';
    return this.#state;
  }
}
