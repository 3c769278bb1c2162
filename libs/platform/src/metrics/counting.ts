import type { Labels, MetricFamily, Sample } from './exposition.js';

/** Label values are put together to find what they count under; none of ours holds this character. */
const SEPARATOR = '\u001f';

/** Counts up, by labels. */
export class Counter {
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly labelNames: readonly string[],
  ) {}

  inc(...labelValues: readonly string[]): void {
    const key = labelValues.join(SEPARATOR);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  family(): MetricFamily {
    const samples = [...this.#counts].map(([key, value]) => ({
      labels: labelsOf(this.labelNames, key),
      value,
    }));
    return { name: this.name, help: this.help, type: 'counter', samples };
  }
}

interface Tally {
  /** How many fell below each bound, and how many in all, not yet added up. */
  readonly counts: number[];
  sum: number;
}

/** Counts values by size, by labels. */
export class Histogram {
  readonly #tallies = new Map<string, Tally>();

  /** @param bounds upper ends of the buckets, rising */
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly labelNames: readonly string[],
    private readonly bounds: readonly number[],
  ) {}

  observe(value: number, ...labelValues: readonly string[]): void {
    const key = labelValues.join(SEPARATOR);
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      tally = { counts: Array.from({ length: this.bounds.length + 1 }, () => 0), sum: 0 };
      this.#tallies.set(key, tally);
    }
    const found = this.bounds.findIndex((bound) => value <= bound);
    const bucket = found === -1 ? this.bounds.length : found;
    tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
    tally.sum += value;
  }

  family(): MetricFamily {
    return { name: this.name, help: this.help, type: 'histogram', samples: [...this.#samples()] };
  }

  *#samples(): Iterable<Sample> {
    for (const [key, { counts, sum }] of this.#tallies) {
      const labels = labelsOf(this.labelNames, key);
      let total = 0;
      for (const [index, count] of counts.entries()) {
        total += count;
        const bound = this.bounds[index];
        yield {
          suffix: '_bucket',
          labels: { ...labels, le: bound === undefined ? '+Inf' : String(bound) },
          value: total,
        };
      }
      yield { suffix: '_sum', labels, value: sum };
      yield { suffix: '_count', labels, value: total };
    }
  }
}

function labelsOf(names: readonly string[], key: string): Labels {
  const values = key.split(SEPARATOR);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
