/** Sorted copies and nearest-rank percentiles: no smoothing, nothing thrown away. */
export function percentiles(samples: readonly number[]) {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: sorted.at(-1) ?? NaN };
}

export function median(samples: readonly number[]): number {
  return percentiles(samples).p50;
}

/** Resident memory of this process in MB, after a collection when the process was started with --expose-gc. */
export function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1024 ** 2;
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The goal, and whether the figure should be at most or at least that. */
  readonly goal?: { readonly atMost?: number; readonly atLeast?: number };
  readonly note?: string;
}

export function printFigures(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  for (const { name, value, unit, goal, note } of figures) {
    const limit = goal?.atMost ?? goal?.atLeast;
    const isMet =
      limit === undefined ? undefined : goal?.atMost === undefined ? value >= limit : value <= limit;
    const verdict =
      isMet === undefined
        ? ''
        : ` (goal ${goal?.atMost === undefined ? '>=' : '<='} ${limit} ${unit}: ${isMet ? 'met' : 'MISSED'})`;
    console.log(`  ${name}: ${format(value)} ${unit}${verdict}${note === undefined ? '' : ` - ${note}`}`);
  }
}

function format(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
