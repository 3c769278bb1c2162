import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { earn, fullBudget, spend, type RetryBudget } from './retry-budget.js';

/** Repeats as often as the budget lets, after each of so many calls, and says how often that was. */
function repetitions(calls: number, percent: number, apartMs: number): number {
  let budget: RetryBudget = fullBudget(0);
  let repeated = 0;
  for (let call = 1; call <= calls; call += 1) {
    budget = earn(budget, percent, call * apartMs);
    for (let left = spend(budget); left !== undefined; left = spend(left)) {
      budget = left;
      repeated += 1;
    }
  }
  return repeated;
}

describe('the budget for repeated calls', () => {
  it('is a share of the calls, five a second, and what it began with: never more, and nearly all of it', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.nat(100), fc.nat(50), (calls, percent, apartMs) => {
        fc.pre(calls > 0);
        const allowed = 50 + (calls * percent) / 100 + (5 * calls * apartMs) / 1_000;
        const repeated = repetitions(calls, percent, apartMs);
        expect(repeated).toBeLessThanOrEqual(allowed + 1e-6);
        expect(repeated).toBeGreaterThan(allowed - 1.001);
      }),
    );
  });

  it('does not pile up while nothing fails', () => {
    let budget = fullBudget(0);
    for (let call = 1; call <= 10_000; call += 1) budget = earn(budget, 100, call);
    expect(budget.tokens).toBe(100);
  });
});
