import { limits } from '#contracts';
import type { LatencySketch } from './latency-sketch.js';

/** Calls to one service, counted for a while. An attempt counts as a call: who called whom how often is what matters. */
export interface CallSummary {
  calls: number;
  /** Of them, those that failed or reached nobody. */
  errors: number;
  retries: number;
  readonly latency: LatencySketch;
}

export const emptySummary = (): CallSummary => ({ calls: 0, errors: 0, retries: 0, latency: {} });

/** What one process tells of its calls, on `calls.v1.<ns>.<service>.<instance>`. Outside the journal; may be lost. */
export interface CallReport {
  /** Time it covers, in ms. */
  readonly windowMs: number;
  /** By name of the called service. */
  readonly callees: Readonly<Record<string, CallSummary>>;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1e9;

/** A stranger's report, bounded and checked; undefined when it is none. */
export function readCallReport(value: unknown, isService: (name: string) => boolean): CallReport | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { windowMs, callees } = value as Record<string, unknown>;
  if (!isCount(windowMs) || typeof callees !== 'object' || callees === null) return undefined;
  const entries = Object.entries(callees).slice(0, limits.calleesMax);
  const read = entries.map(([service, summary]) => [service, readSummary(summary)] as const);
  if (read.some(([service, summary]) => summary === undefined || !isService(service))) return undefined;
  return { windowMs, callees: Object.fromEntries(read) as Record<string, CallSummary> };
}

function readSummary(value: unknown): CallSummary | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { calls, errors, retries, latency } = value as Record<string, unknown>;
  if (!isCount(calls) || !isCount(errors) || !isCount(retries)) return undefined;
  if (typeof latency !== 'object' || latency === null) return undefined;
  const buckets = Object.entries(latency);
  const isSketch =
    buckets.length <= 256 && buckets.every(([bucket, count]) => /^\d{1,3}$/.test(bucket) && isCount(count));
  return isSketch ? { calls, errors, retries, latency: Object.fromEntries(buckets) } : undefined;
}
