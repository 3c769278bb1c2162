import type { ClientPlace } from '../client/place.js';
import { type Claim, type OwnClaim, readPosition } from './claim.js';

/** So long after an event of its own the view certainly knows an instance, whichever replica answers. */
const KNOWN_AFTER_MS = 5_000;

/**
 * Why the registry has given up an incarnation whose id is still its own, in words for the journal; undefined when
 * it has not. It was expired, evicted, or its record has aged out while the process was paused.
 */
export async function removalOf(
  place: ClientPlace,
  own: OwnClaim & { readonly writtenAtMs: number },
  claim: Claim,
): Promise<string | undefined> {
  const { departure } = claim;
  if (departure === 'expired' || departure === 'evicted')
    return claim.incarnation === own.incarnation ? `was ${departure}` : undefined;
  if (performance.now() - own.writtenAtMs < KNOWN_AFTER_MS) return undefined;
  // A backup of the journal was restored, or it was made anew: whatever the view still shows will go.
  if (claim.sequence < own.sequence) return 'is no longer in the journal';
  if (claim.isInView) return undefined;
  return (await readPosition(place)) >= own.sequence ? 'is no longer in the view' : undefined;
}

const REST_MS = 1_000;
const REST_MS_MAX = 60_000;
/** Who was not given up for so long starts anew. */
const FORGIVEN_AFTER_MS = 300_000;

/**
 * Slows down an instance that is given up again and again: one that may register but not beat, say. The first
 * return is immediate.
 */
export class ReturnBrake {
  #count = 0;
  #lastAtMs = -Infinity;

  /** How long to wait before coming back, in ms. */
  waitMs(nowMs: number): number {
    if (nowMs - this.#lastAtMs > FORGIVEN_AFTER_MS) this.#count = 0;
    if (this.#count === 0) return 0;
    const restMs = Math.min(REST_MS * 2 ** (this.#count - 1), REST_MS_MAX);
    return Math.max(0, this.#lastAtMs + restMs - nowMs);
  }

  onReturned(nowMs: number): void {
    this.#count += 1;
    this.#lastAtMs = nowMs;
  }
}
