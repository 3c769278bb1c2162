import { monotonicMs } from './clock.js';

/** How often the main thread shows that its event loop turns, in ms. */
export const TICK_MS = 50;

const CELLS = 4;
const TICK_AT = 0;
const LONGEST = 1;
const POSITION = 2;
const CALLS = 3;
const UNKNOWN = -1n;

const micros = (ms: number): bigint => BigInt(Math.round(ms * 1_000));
const millis = (us: bigint): number => Number(us) / 1_000;

/**
 * What the main thread says of itself, in memory that other threads can read. They see it even while the main
 * thread is blocked: then the time of its last tick stands still, and that is the message.
 */
export class VitalsBoard {
  readonly shared: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(shared?: SharedArrayBuffer) {
    this.shared = shared ?? new SharedArrayBuffer(CELLS * BigInt64Array.BYTES_PER_ELEMENT);
    this.#cells = new BigInt64Array(this.shared);
    if (shared !== undefined) return;
    Atomics.store(this.#cells, CALLS, UNKNOWN);
    Atomics.store(this.#cells, TICK_AT, micros(monotonicMs()));
  }

  /** The loop of the main thread has turned. */
  tick(position: number, callsInFlight: number | undefined): void {
    const nowUs = micros(monotonicMs());
    const lateUs = nowUs - Atomics.load(this.#cells, TICK_AT) - micros(TICK_MS);
    if (lateUs > Atomics.load(this.#cells, LONGEST)) Atomics.store(this.#cells, LONGEST, lateUs);
    Atomics.store(this.#cells, TICK_AT, nowUs);
    Atomics.store(this.#cells, POSITION, BigInt(position));
    Atomics.store(this.#cells, CALLS, callsInFlight === undefined ? UNKNOWN : BigInt(callsInFlight));
  }

  get position(): number {
    return Number(Atomics.load(this.#cells, POSITION));
  }

  get callsInFlight(): number | undefined {
    const calls = Atomics.load(this.#cells, CALLS);
    return calls === UNKNOWN ? undefined : Number(calls);
  }

  /** How long the loop has been held up until now, in ms; 0 while it turns. */
  get heldUpMs(): number {
    return Math.max(0, monotonicMs() - millis(Atomics.load(this.#cells, TICK_AT)) - TICK_MS);
  }

  /** The longest delay that is over, in ms, since this was last asked. */
  takeLongestMs(): number {
    return millis(Atomics.exchange(this.#cells, LONGEST, 0n));
  }
}
