import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isName, limits } from '#contracts';
import { CallGraph } from './call-graph.js';
import { readCallReport } from './call-summary.js';
import { addLatency, addSketch, type LatencySketch, quantileMs } from './latency-sketch.js';

const sketchOf = (latencies: readonly number[]): LatencySketch => {
  const sketch: LatencySketch = {};
  for (const latencyMs of latencies) addLatency(sketch, latencyMs);
  return sketch;
};
const anyLatencies = fc.array(fc.double({ min: 0.02, max: 600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

describe('a sketch of latencies', () => {
  it('reads any quantile at most 5 % off', () => {
    fc.assert(
      fc.property(anyLatencies, fc.constantFrom(0.5, 0.9, 0.99, 1), (latencies, share) => {
        const sorted = latencies.toSorted((left, right) => left - right);
        const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
        const read = quantileMs(sketchOf(latencies), share) as number;
        expect(Math.abs(read / exact - 1)).toBeLessThan(0.05);
      }),
    );
  });

  it('adds up as if one had counted all', () => {
    fc.assert(
      fc.property(anyLatencies, anyLatencies, (left, right) => {
        const sum = sketchOf(left);
        addSketch(sum, sketchOf(right));
        expect(sum).toEqual(sketchOf([...left, ...right]));
      }),
    );
  });
});

describe('a report of calls', () => {
  it('that is anything at all is read, or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const read = readCallReport(value, isName);
        expect(read === undefined || typeof read.windowMs === 'number').toBe(true);
      }),
    );
  });

  it.each([
    { windowMs: 1, callees: { 'Not A Name': { calls: 1, errors: 0, retries: 0, latency: {} } } },
    { windowMs: 1, callees: { payments: { calls: -1, errors: 0, retries: 0, latency: {} } } },
    { windowMs: 1, callees: { payments: { calls: 1, errors: 0, retries: 0, latency: { __proto: 1 } } } },
    { windowMs: Infinity, callees: {} },
  ])('with nonsense in it is refused: %j', (value) => {
    expect(readCallReport(value, isName)).toBeUndefined();
  });
});

describe('the call graph', () => {
  const report = (calls: number, errors = 0) => ({
    windowMs: 2_000,
    callees: {
      payments: {
        calls,
        errors,
        retries: errors,
        latency: sketchOf(Array.from({ length: calls }, () => 10)),
      },
    },
  });
  const orders = (instance: string) => ({ namespace: 'default', service: 'orders', instance });

  it('sums what the instances of a caller tell', () => {
    const graph = new CallGraph();
    graph.add(orders('o-1'), report(300, 3), 100_000);
    graph.add(orders('o-2'), report(300), 101_000);
    const [edge, ...more] = graph.view('default', 102_000).edges;
    expect(more).toEqual([]);
    expect(edge).toMatchObject({
      caller: 'orders',
      callee: 'payments',
      callsPerSecond: 10,
      errorShare: 0.005,
    });
    expect(edge?.p99Ms).toBeCloseTo(10, 0);
    expect(graph.view('other', 102_000).edges).toEqual([]);
  });

  it('forgets what is older than its window', () => {
    const graph = new CallGraph();
    graph.add(orders('o-1'), report(600), 100_000);
    expect(graph.view('default', 100_000 + limits.callWindowMs + 4_000).edges).toEqual([]);
  });

  it('is bounded, and makes room for the living', () => {
    const graph = new CallGraph();
    for (let index = 0; index < limits.callEdgesMax + 5; index += 1)
      graph.add({ namespace: 'default', service: `s${index}`, instance: 'i' }, report(1), 0);
    expect(graph.leftOut).toBe(5);
    graph.add(orders('o-1'), report(1), 200_000);
    expect(graph.view('default', 200_000).edges).toHaveLength(1);
  });
});
