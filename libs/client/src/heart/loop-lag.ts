import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 50;

/** The longest time the event loop was held up between the last two beats or so, in ms. */
export class LoopLag {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  take(): number {
    const longestMs = this.#histogram.max / 1e6;
    this.#histogram.reset();
    // Before the first sample there is no maximum; and the timer's own period is no delay.
    return Math.max(0, Math.round(longestMs - RESOLUTION_MS));
  }

  stop(): void {
    this.#histogram.disable();
  }
}
