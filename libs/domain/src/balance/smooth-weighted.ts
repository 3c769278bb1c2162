/**
 * Takes turns by weight, evenly spread: with weights 5, 1, 1 the turns go a a b a c a a. Each turn, everybody is
 * credited its weight, the one with most credit is chosen and pays the sum. Pure: the credits after the turn are
 * handed back.
 *
 * Source: the smooth weighted round robin of nginx (ngx_http_upstream_round_robin.c, I. Sysoev and M. Dounin).
 */
export function smoothWeighted(
  credits: readonly number[],
  weights: readonly number[],
): { readonly chosen: number; readonly credits: readonly number[] } {
  const isNothing = weights.every((weight) => weight <= 0);
  let total = 0;
  let chosen = 0;
  const after = weights.map((given, index) => {
    const weight = isNothing ? 1 : Math.max(0, given);
    total += weight;
    return (credits[index] ?? 0) + weight;
  });
  for (let index = 1; index < after.length; index += 1) {
    if ((after[index] as number) > (after[chosen] as number)) chosen = index;
  }
  if (after.length > 0) after[chosen] = (after[chosen] as number) - total;
  return { chosen, credits: after };
}

/** Each in turn, whatever its weight. @param turn counted up by the caller, call by call */
export function roundRobin(count: number, turn: number): number {
  return turn % count;
}
