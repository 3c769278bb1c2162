/** What one caller knows of one instance from its own calls. */
export interface Experience {
  /** Calls that are under way. */
  readonly inFlight: number;
  /** Peak-sensitive average of the time a call takes, in ms, as of `costAtMs`; 0 before the first answer. */
  readonly costMs: number;
  readonly costAtMs: number;
}

export const noExperience: Experience = { inFlight: 0, costMs: 0, costAtMs: 0 };

/** How fast a measured time is forgotten: after so long a third of it counts, in ms. */
const FORGET_MS = 10_000;
/** Counts as the cost of each call under way to an instance that has not answered yet. */
const UNKNOWN_MS = 1_000;
/** Faster than this all are alike. */
const LEAST_MS = 1;

/**
 * The average after a call that took so long. A slower call than the average counts at once, faster ones win
 * ground only with time: an instance is taken for slow too early rather than too late.
 *
 * Source: the "peak EWMA" cost of Twitter's Finagle (com.twitter.finagle.loadbalancer.PeakEwma).
 */
export function costAfter({ costMs, costAtMs }: Experience, latencyMs: number, nowMs: number): number {
  if (latencyMs >= costMs) return latencyMs;
  const kept = Math.exp(-Math.max(0, nowMs - costAtMs) / FORGET_MS);
  return costMs * kept + latencyMs * (1 - kept);
}

/**
 * How long a further call would have to wait, roughly. Time without calls makes an instance look faster again, so
 * that a slow one is tried anew.
 * @param share its weight over the average weight: one with twice the weight may have twice the calls under way
 */
export function loadOf({ inFlight, costMs, costAtMs }: Experience, nowMs: number, share: number): number {
  if (costMs === 0) return inFlight === 0 ? LEAST_MS : UNKNOWN_MS * inFlight;
  const remembered = costMs * Math.exp(-Math.max(0, nowMs - costAtMs) / FORGET_MS);
  return Math.max(LEAST_MS, remembered) * (1 + inFlight / share);
}
