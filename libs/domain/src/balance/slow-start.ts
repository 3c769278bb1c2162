/** Nobody starts with less than this share of its weight: it has to get calls to warm up. */
const LEAST_SHARE = 0.1;

/**
 * The share of its weight a newcomer gets: it grows evenly until `windowMs` have gone by since it was first seen up.
 * Cold caches, pools and compilers must not be hit by a full share at once.
 *
 * Source: the slow start of Envoy's load balancers (envoyproxy.io, "Slow start mode", aggression 1, minimum 10 %).
 */
export function slowStartShare(ageMs: number, windowMs: number): number {
  if (ageMs >= windowMs) return 1;
  return Math.max(LEAST_SHARE, ageMs / windowMs);
}
