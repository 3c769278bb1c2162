import { anotherByWeight, byWeight, type Weights, weightAt } from './weights.js';
import { type Experience, loadOf } from './experience.js';

/** Three independent numbers from 0 (inclusive) to 1 (exclusive). */
export interface Chances {
  readonly first: number;
  readonly second: number;
  readonly stay: number;
}

/** How sharply a difference in load decides: twice the load is kept with chance 1/16. */
const SHARPNESS = 4;

/**
 * One of two: the first is drawn by weight; a second one takes its place when it is less loaded, the more surely the
 * greater the difference. Among equals the draw stands, so weights hold exactly; an instance ten times as slow as its
 * neighbours is left with one call in ten thousand of those drawn for it.
 *
 * Sources: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12 (2001); the load
 * of an instance as in Finagle's PeakEwma; to move by chance only when the other is better, as N. Metropolis et
 * al. (1953) do.
 */
export function leastLoaded(
  weights: Weights,
  experiences: readonly Experience[],
  { first, second, stay }: Chances,
  nowMs: number,
): number {
  const drawn = byWeight(weights, first);
  if (experiences.length < 2) return drawn;
  const rival = anotherByWeight(weights, drawn, second);
  const average = weights.total / experiences.length;
  const drawnLoad = loadAt(drawn);
  const rivalLoad = loadAt(rival);
  if (rivalLoad >= drawnLoad) return drawn;
  return stay < (rivalLoad / drawnLoad) ** SHARPNESS ? drawn : rival;

  function loadAt(index: number): number {
    return loadOf(experiences[index] as Experience, nowMs, (weightAt(weights, index) || average) / average);
  }
}
