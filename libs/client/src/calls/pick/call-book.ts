import type { Candidate } from '#domain';
import { Acquaintance } from './acquaintance.js';

/**
 * What this process knows of the instances of one service from its own calls: one book a service, shared by all who
 * call it. Instances the view no longer names are forgotten.
 */
export class CallBook {
  readonly #known = new Map<string, Acquaintance>();
  #isOpened = false;
  /** Counts changes of anybody's standing. */
  epoch = 0;

  of({ key }: Candidate): Acquaintance {
    let known = this.#known.get(key);
    if (known === undefined) {
      known = new Acquaintance(this.#isOpened ? performance.now() : -Infinity, () => (this.epoch += 1));
      this.#known.set(key, known);
    }
    return known;
  }

  /** Makes the acquaintance of all who are there; those met the first time the book is opened are no newcomers. */
  meet(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) this.of(candidate);
    if (candidates.length > 0) this.#isOpened = true;
  }

  /** @param present keys of the instances the view names */
  keepOnly(present: ReadonlySet<string>): void {
    for (const [key, { inFlight }] of this.#known) {
      if (!present.has(key) && inFlight === 0) this.#known.delete(key);
    }
  }

  get inFlight(): number {
    let sum = 0;
    for (const { inFlight } of this.#known.values()) sum += inFlight;
    return sum;
  }
}
