import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OverloadRule } from './overload-rule.js';

/** What a rule says of a loop that is held up at these times, looked at every 100 ms. */
function statesOf(
  afterMs: number,
  blocks: readonly (readonly [fromMs: number, toMs: number])[],
  endMs: number,
) {
  const rule = new OverloadRule(afterMs);
  const states: [atMs: number, state: string][] = [];
  for (let nowMs = 0; nowMs <= endMs; nowMs += 100) {
    const lags = blocks
      .filter(([fromMs, toMs]) => fromMs < nowMs && toMs > nowMs - 100)
      .map(([fromMs, toMs]) => Math.min(nowMs, toMs) - fromMs);
    const state = rule.observe({ nowMs, lagMs: Math.max(0, ...lags), awakeSinceMs: 0 });
    if (state !== (states.at(-1)?.[1] ?? 'well')) states.push([nowMs, state]);
  }
  return states;
}

describe('the rule of overload', () => {
  it('calls a loop overloaded while it is still held up, and well again a while after it is free', () => {
    expect(statesOf(1_000, [[2_000, 5_000]], 10_000)).toEqual([
      [3_100, 'overloaded'],
      [6_000, 'well'],
    ]);
  });

  it('passes over a loop that is held up for less than the limit', () => {
    expect(statesOf(1_000, [[2_000, 2_900]], 10_000)).toEqual([]);
  });

  it('does not change its mind in every pause of a loop that is held up again and again', () => {
    const blocks = [0, 1, 2, 3, 4].map((turn) => [2_000 + turn * 2_000, 3_500 + turn * 2_000] as const);
    expect(statesOf(1_000, blocks, 20_000)).toEqual([
      [3_100, 'overloaded'],
      [12_500, 'well'],
    ]);
  });

  it('waits five seconds at most before it calls a loop well, however high the limit is', () => {
    expect(statesOf(60_000, [[1_000, 71_000]], 100_000)).toEqual([
      [61_100, 'overloaded'],
      [76_000, 'well'],
    ]);
  });

  it('a process that stood still as a whole was not busy', () => {
    const rule = new OverloadRule(1_000);
    expect(rule.observe({ nowMs: 60_000, lagMs: 50_000, awakeSinceMs: 59_900 })).toBe('well');
    expect(rule.observe({ nowMs: 60_100, lagMs: 50_000, awakeSinceMs: 59_900 })).toBe('well');
  });

  it('never calls a loop overloaded whose delays stay below the limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 60_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }),
        (afterMs, shares) => {
          const rule = new OverloadRule(afterMs);
          for (const [turn, share] of shares.entries()) {
            const sample = { nowMs: (turn + 1) * 100, lagMs: share * afterMs, awakeSinceMs: -Infinity };
            expect(rule.observe(sample)).toBe('well');
          }
        },
      ),
    );
  });
});
