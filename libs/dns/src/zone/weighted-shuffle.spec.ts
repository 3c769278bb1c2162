import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { weightedShuffle } from './weighted-shuffle.js';

/** A fixed stream of numbers that look random (mulberry32). */
function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a weighted shuffle', () => {
  it('puts each item first as often as its share of the weights', () => {
    const weights = { a: 1, b: 3, c: 6 };
    const chance = chanceFrom(7);
    const firsts = { a: 0, b: 0, c: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const [first] = weightedShuffle(['a', 'b', 'c'] as const, (item) => weights[item], chance);
      firsts[first as 'a'] += 1;
    }
    expect(firsts.a / 20_000).toBeCloseTo(0.1, 1);
    expect(firsts.b / 20_000).toBeCloseTo(0.3, 1);
    expect(firsts.c / 20_000).toBeCloseTo(0.6, 1);
  });

  it('keeps every item, whatever the weights and chances', () => {
    const anyWeights = fc.array(fc.constantFrom(0, 1, 100, 1000), { maxLength: 10 });
    fc.assert(
      fc.property(anyWeights, fc.constantFrom(0, 0.5, 1 - 2 ** -53), (weights, number) => {
        const items = weights.map((weight, index) => ({ weight, index }));
        const shuffled = weightedShuffle(
          items,
          ({ weight }) => weight,
          () => number,
        );
        expect(shuffled.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
          items.map(({ index }) => index),
        );
      }),
    );
  });
});
