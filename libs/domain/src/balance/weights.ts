/** Weights as running sums: member i owns the part from `sums[i - 1]` (or 0) to `sums[i]`. */
export interface Weights {
  readonly sums: readonly number[];
  readonly total: number;
}

/** Weights that are all 0 count as equal: somebody has to be called. */
export function weightsOf(weights: readonly number[]): Weights {
  const isNothing = weights.every((weight) => weight <= 0);
  let total = 0;
  const sums = weights.map((weight) => (total += isNothing ? 1 : Math.max(0, weight)));
  return { sums, total };
}

export function weightAt({ sums }: Weights, index: number): number {
  return (sums[index] ?? 0) - (sums[index - 1] ?? 0);
}

/** The member who owns a point from 0 (inclusive) to `total` (exclusive). */
function ownerOf({ sums }: Weights, point: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > point) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One by weight. @param chance from 0 (inclusive) to 1 (exclusive) */
export function byWeight(weights: Weights, chance: number): number {
  return ownerOf(weights, chance * weights.total);
}

/** One by weight among the others. Needs two members at least. */
export function anotherByWeight(weights: Weights, taken: number, chance: number): number {
  const own = weightAt(weights, taken);
  const rest = weights.total - own;
  if (rest <= 0) return taken === 0 ? 1 : 0;
  const point = chance * rest;
  const start = (weights.sums[taken] ?? 0) - own;
  return ownerOf(weights, point < start ? point : point + own);
}
