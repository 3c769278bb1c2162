import { type CallerId, limits } from '#contracts';
import type { CallReport, CallSummary } from './call-summary.js';
import { emptySummary } from './call-summary.js';
import { addSketch, quantileMs } from './latency-sketch.js';

/** Who calls whom, in one namespace: a line of the graph. */
export interface CallEdge {
  readonly caller: string;
  readonly callee: string;
  readonly callsPerSecond: number;
  /** Calls that failed or reached nobody, of all, from 0 to 1. */
  readonly errorShare: number;
  readonly retriesPerSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface CallGraphView {
  readonly windowMs: number;
  readonly edges: readonly CallEdge[];
}

interface Edge {
  readonly namespace: string;
  readonly caller: string;
  readonly callee: string;
  /** What was told, by the slice of time it was told in. */
  readonly slices: Map<number, CallSummary>;
}

const SLICE_MS = 2_000;
const SLICES = Math.ceil(limits.callWindowMs / SLICE_MS);

/**
 * The calls of the last minute, from what callers tell of them. A data structure only: time is handed in. Bounded in
 * edges and in time; what is told by more callers than it has room for is left out, and counted.
 */
export class CallGraph {
  readonly #edges = new Map<string, Edge>();
  /** Reports of edges there was no room for. */
  leftOut = 0;

  add({ namespace, service }: CallerId, report: CallReport, nowMs: number): void {
    const slice = Math.floor(nowMs / SLICE_MS);
    for (const [callee, summary] of Object.entries(report.callees)) {
      const edge = this.#edge(namespace, service, callee, slice);
      if (edge === undefined) {
        this.leftOut += 1;
        continue;
      }
      const held = edge.slices.get(slice) ?? emptySummary();
      held.calls += summary.calls;
      held.errors += summary.errors;
      held.retries += summary.retries;
      addSketch(held.latency, summary.latency);
      edge.slices.set(slice, held);
      for (const old of edge.slices.keys()) if (old <= slice - SLICES) edge.slices.delete(old);
    }
  }

  /** Edges with a call in the window, by caller and callee. */
  view(namespace: string, nowMs: number): CallGraphView {
    const oldest = Math.floor(nowMs / SLICE_MS) - SLICES;
    const edges = [...this.#edges.values()]
      .filter((edge) => edge.namespace === namespace)
      .map((edge) => edgeView(edge, oldest))
      .filter((edge) => edge !== undefined)
      .toSorted((left, right) => compare(`${left.caller} ${left.callee}`, `${right.caller} ${right.callee}`));
    return { windowMs: limits.callWindowMs, edges };
  }

  #edge(namespace: string, caller: string, callee: string, slice: number): Edge | undefined {
    const key = `${namespace} ${caller} ${callee}`;
    const held = this.#edges.get(key);
    if (held !== undefined) return held;
    if (this.#edges.size >= limits.callEdgesMax) this.#forgetSilent(slice);
    if (this.#edges.size >= limits.callEdgesMax) return undefined;
    const edge: Edge = { namespace, caller, callee, slices: new Map() };
    this.#edges.set(key, edge);
    return edge;
  }

  #forgetSilent(slice: number): void {
    for (const [key, { slices }] of this.#edges) {
      if (Math.max(...slices.keys()) <= slice - SLICES) this.#edges.delete(key);
    }
  }
}

function edgeView({ caller, callee, slices }: Edge, oldest: number): CallEdge | undefined {
  const sum = emptySummary();
  for (const [slice, summary] of slices) {
    if (slice <= oldest) continue;
    sum.calls += summary.calls;
    sum.errors += summary.errors;
    sum.retries += summary.retries;
    addSketch(sum.latency, summary.latency);
  }
  if (sum.calls === 0) return undefined;
  const seconds = limits.callWindowMs / 1_000;
  const rounded = (share: number): number | null => {
    const ms = quantileMs(sum.latency, share);
    return ms === undefined ? null : Math.round(ms * 100) / 100;
  };
  return {
    caller,
    callee,
    callsPerSecond: Math.round((sum.calls / seconds) * 100) / 100,
    errorShare: Math.round((sum.errors / sum.calls) * 10_000) / 10_000,
    retriesPerSecond: Math.round((sum.retries / seconds) * 100) / 100,
    p50Ms: rounded(0.5),
    p99Ms: rounded(0.99),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
