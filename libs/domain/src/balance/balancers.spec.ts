import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costAfter, type Experience, loadOf, noExperience } from './experience.js';
import { chanceOf, hashText } from './hashing.js';
import { leastLoaded } from './least-loaded.js';
import { rendezvous } from './rendezvous.js';
import { slowStartShare } from './slow-start.js';
import { roundRobin, smoothWeighted } from './smooth-weighted.js';
import { byWeight, weightsOf } from './weights.js';
import { zoneShares } from './zones.js';

const anyWeights = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 12 });

/** Evenly spread numbers in place of chance: what a fair coin would do in the long run, exactly. */
const spread = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (index + 0.5) / count);

function countBy(chosen: Iterable<number>, size: number): number[] {
  const counts = Array.from({ length: size }, () => 0);
  for (const index of chosen) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}

describe('round robin', () => {
  it('gives everybody the same number of turns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 10 }), (count, rounds) => {
        const turns = Array.from({ length: count * rounds }, (_, turn) => roundRobin(count, turn));
        expect(countBy(turns, count)).toEqual(Array.from({ length: count }, () => rounds));
      }),
    );
  });
});

describe('smooth weighted turns', () => {
  const turns = (weights: readonly number[], count: number): number[] => {
    let credits: readonly number[] = [];
    return Array.from({ length: count }, () => {
      const turn = smoothWeighted(credits, weights);
      credits = turn.credits;
      return turn.chosen;
    });
  };

  it('spreads the turns: a a b a c a a', () => {
    expect(turns([5, 1, 1], 7)).toEqual([0, 0, 1, 0, 2, 0, 0]);
  });

  it('respects the weights exactly in each round', () => {
    const small = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(small, (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0);
        expect(countBy(turns(weights, total), weights.length)).toEqual(weights);
      }),
    );
  });
});

describe('a choice by weight', () => {
  it('respects the weights, and never takes a weight of 0 while there is another', () => {
    fc.assert(
      fc.property(anyWeights, (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0);
        const prepared = weightsOf(weights);
        const counts = countBy(
          spread(total * 2).map((chance) => byWeight(prepared, chance)),
          weights.length,
        );
        expect(counts).toEqual(weights.map((weight) => weight * 2));
      }),
      { numRuns: 30 },
    );
  });
});

describe('the less loaded of two', () => {
  const idle: Experience = { inFlight: 0, costMs: 10, costAtMs: 0 };
  const share = (weights: readonly number[], experiences: readonly Experience[]): number[] => {
    const prepared = weightsOf(weights);
    const draws = 40;
    const chosen: number[] = [];
    for (const first of spread(draws))
      for (const second of spread(draws))
        for (const stay of spread(10))
          chosen.push(leastLoaded(prepared, experiences, { first, second, stay }, 0));
    return countBy(chosen, weights.length).map((count) => count / chosen.length);
  };

  it('respects the weights among equals', () => {
    expect(share([50, 25, 25], [idle, idle, idle])).toEqual([0.5, 0.25, 0.25]);
  });

  it('gives an instance ten times as slow as two others less than a tenth of the calls', () => {
    const slow = { ...idle, costMs: 100 };
    expect(share([100, 100, 100], [slow, idle, idle])[0]).toBeLessThan(0.1);
  });

  it('prefers the one with fewer calls under way', () => {
    const busy = { ...idle, inFlight: 9 };
    const shares = share([100, 100], [busy, idle]);
    expect(shares[1]).toBeGreaterThan(0.9);
  });

  it('lets one with ten times the weight have ten times the calls under way', () => {
    const heavy = { ...idle, inFlight: 10 };
    const light = { ...idle, inFlight: 1 };
    expect(share([1_000, 100], [heavy, light])[0]).toBeGreaterThan(0.85);
  });

  it('sends one call at a time to an instance that has not answered yet', () => {
    const trying = { ...noExperience, inFlight: 1 };
    expect(share([100, 100], [trying, idle])[0]).toBeLessThan(0.01);
  });

  it('always chooses a member', () => {
    const anyExperience = fc.record({
      inFlight: fc.nat(1_000),
      costMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      costAtMs: fc.nat(1e6),
    });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1_000), anyExperience), { minLength: 1, maxLength: 8 }),
        fc.tuple(chance, chance, chance),
        fc.nat(2e6),
        (members, [first, second, stay], nowMs) => {
          const weights = weightsOf(members.map(([weight]) => weight));
          const experiences = members.map(([, experience]) => experience);
          const index = leastLoaded(weights, experiences, { first, second, stay }, nowMs);
          expect(members[index]).toBeDefined();
        },
      ),
    );
  });
});

describe('experience', () => {
  it('takes a slow answer at once, and forgets it with time', () => {
    const slow = costAfter({ inFlight: 0, costMs: 10, costAtMs: 0 }, 500, 1);
    expect(slow).toBe(500);
    const soon = costAfter({ inFlight: 0, costMs: slow, costAtMs: 1 }, 10, 101);
    expect(soon).toBeGreaterThan(490);
    const later = costAfter({ inFlight: 0, costMs: slow, costAtMs: 1 }, 10, 60_000);
    expect(later).toBeLessThan(12);
  });

  it('makes an instance nobody calls look better with time, so that it is tried again', () => {
    const slow = { inFlight: 0, costMs: 1_000, costAtMs: 0 };
    expect(loadOf(slow, 60_000, 1)).toBeLessThan(loadOf(slow, 1_000, 1) / 100);
  });
});

describe('the rendezvous hash', () => {
  const member = (name: string, weight = 100) => ({ hash: hashText(name), weight });
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,12}$/), { minLength: 2, maxLength: 12 });
  const keys = Array.from({ length: 500 }, (_, index) => hashText(`customer-${index}`));

  it('moves only the keys of the one that goes', () => {
    fc.assert(
      fc.property(names, fc.nat(), (all, gone) => {
        const members = all.map((name) => member(name));
        const left = members.toSpliced(gone % all.length, 1);
        const staying = keys.filter((key) => rendezvous(members, key) !== gone % all.length);
        expect(staying.map((key) => left[rendezvous(left, key)])).toEqual(
          staying.map((key) => members[rendezvous(members, key)]),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('moves keys only to the one that comes or gains weight', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 101, max: 1_000 }), (all, weight) => {
        const members = all.map((name) => member(name));
        const heavier = members.with(0, { ...(members[0] as ReturnType<typeof member>), weight });
        const others = keys.filter((key) => rendezvous(heavier, key) !== 0);
        expect(others.map((key) => rendezvous(heavier, key))).toEqual(
          others.map((key) => rendezvous(members, key)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('does not depend on the order of the members', () => {
    const members = ['a', 'b', 'c', 'd'].map((name) => member(name));
    const turned = members.toReversed();
    for (const key of keys) expect(turned[rendezvous(turned, key)]).toBe(members[rendezvous(members, key)]);
  });

  it('shares keys by weight', () => {
    const members = [member('orders-1', 300), member('orders-2', 100), member('orders-3', 0)];
    const many = Array.from({ length: 20_000 }, (_, index) => hashText(`key:${index}`));
    const counts = countBy(
      many.map((key) => rendezvous(members, key)),
      3,
    );
    expect((counts[0] ?? 0) / many.length).toBeCloseTo(0.75, 1);
    expect(counts[2]).toBe(0);
  });

  it('draws evenly from the whole range', () => {
    const chances = Array.from({ length: 10_000 }, (_, index) =>
      chanceOf(hashText('x'), hashText(`${index}`)),
    );
    const average = chances.reduce((sum, chance) => sum + chance, 0) / chances.length;
    expect(average).toBeCloseTo(0.5, 1);
    expect(chances.every((chance) => chance > 0 && chance < 1)).toBe(true);
  });
});

describe('slow start', () => {
  it('grows from a tenth to the whole, never back', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(20_000), (left, right) => {
        const [younger, older] = [Math.min(left, right), Math.max(left, right)];
        expect(slowStartShare(younger, 10_000)).toBeLessThanOrEqual(slowStartShare(older, 10_000));
        expect(slowStartShare(younger, 10_000)).toBeGreaterThanOrEqual(0.1);
      }),
    );
    expect(slowStartShare(10_000, 10_000)).toBe(1);
    expect(slowStartShare(0, 0)).toBe(1);
    expect(slowStartShare(Infinity, 10_000)).toBe(1);
  });
});

describe('zones', () => {
  const zone = (availableCount: number, totalCount: number) => ({ zone: 'z', availableCount, totalCount });

  it.each([
    ['a whole zone keeps its calls', [zone(3, 3)], [1]],
    ['one with three of four left still does', [zone(3, 4)], [1]],
    ['one with half left spills 30 %', [zone(2, 4)], [0.7]],
    ['an empty zone takes nothing', [zone(0, 4), zone(2, 2)], [0, 1]],
    ['what the first cannot take goes to the second', [zone(1, 4), zone(4, 4)], [0.35, 0.65]],
  ])('%s', (_what, zones, shares) => {
    zoneShares(zones).forEach((share, index) => expect(share).toBeCloseTo(shares[index] ?? 0, 9));
  });
});
