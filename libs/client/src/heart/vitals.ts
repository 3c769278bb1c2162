const TICK_MS = 200;
const slots = { lastTickMs: 0, longestGapMs: 1, position: 2 };
const SLOT_COUNT = 3;

/** What a heartbeat says of the process it speaks for. */
export interface Vitals {
  /** Longest time the event loop was held up since this was last asked, in ms. */
  readonly eventLoopLagMs: number;
  /** Time since the event loop last turned, in ms. */
  readonly heldUpMs: number;
  /** Journal sequence the views of the process reflect. */
  readonly position: number;
}

/** Milliseconds since the epoch that never go backwards, alike in all threads of a process. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Vital signs in memory that two threads share: the main thread writes at every turn of its event loop, the heart
 * reads, also while the main thread does not turn.
 */
export class VitalsWriter {
  readonly memory = new SharedArrayBuffer(SLOT_COUNT * BigInt64Array.BYTES_PER_ELEMENT);
  readonly #slots = new BigInt64Array(this.memory);
  readonly #timer: NodeJS.Timeout;

  constructor(position: () => number) {
    this.#tick(position());
    this.#timer = setInterval(() => this.#tick(position()), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(position: number): void {
    const now = BigInt(Math.round(epochMs()));
    const before = Atomics.exchange(this.#slots, slots.lastTickMs, now);
    const gap = before === 0n ? 0n : now - before;
    if (gap > Atomics.load(this.#slots, slots.longestGapMs))
      Atomics.store(this.#slots, slots.longestGapMs, gap);
    Atomics.store(this.#slots, slots.position, BigInt(position));
  }
}

export class VitalsReader {
  readonly #slots: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new BigInt64Array(memory);
  }

  take(): Vitals {
    const heldUpMs = Math.max(0, epochMs() - Number(Atomics.load(this.#slots, slots.lastTickMs)));
    const longestMs = Math.max(heldUpMs, Number(Atomics.exchange(this.#slots, slots.longestGapMs, 0n)));
    return {
      // The timer's own period is no delay.
      eventLoopLagMs: Math.max(0, Math.round(longestMs - TICK_MS)),
      heldUpMs,
      position: Number(Atomics.load(this.#slots, slots.position)),
    };
  }
}
