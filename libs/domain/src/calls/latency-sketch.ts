/**
 * Latencies counted in buckets that grow by a tenth each: a quantile read from it is at most 5 % off, in a few
 * hundred bytes, and sketches of different callers add up. Bucket `i` holds latencies up to 1.1^i hundredths of a ms.
 *
 * Source: C. Masson, J. Rim, H. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch", PVLDB 12 (2019).
 */
export type LatencySketch = Record<string, number>;

const GROWTH = Math.log(1.1);
const UNIT_MS = 0.01;
/** Everything above about three hours is as bad. */
const BUCKET_MAX = 220;

export function addLatency(sketch: LatencySketch, latencyMs: number, count = 1): void {
  const index = latencyMs <= UNIT_MS ? 0 : Math.ceil(Math.log(latencyMs / UNIT_MS) / GROWTH);
  const bucket = Math.min(BUCKET_MAX, index);
  sketch[bucket] = (sketch[bucket] ?? 0) + count;
}

export function addSketch(into: LatencySketch, other: Readonly<LatencySketch>): void {
  for (const [bucket, count] of Object.entries(other)) into[bucket] = (into[bucket] ?? 0) + count;
}

/** The latency below which the given share of all lies, in ms; undefined for an empty sketch. */
export function quantileMs(sketch: Readonly<LatencySketch>, share: number): number | undefined {
  const buckets = Object.entries(sketch)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .toSorted((left, right) => left.bucket - right.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen >= share * total) return UNIT_MS * Math.exp(GROWTH * (bucket - 0.5));
  }
  return undefined;
}
