import { describe, expect, it } from '@jest/globals';
import { compareSections, directionOf, ratiosOf } from './comparison.js';
import { comparisonLines } from './comparison-page.js';
import type { Figure, Section } from './report.js';

const section = (figures: readonly Figure[], more: Partial<Section> = {}): Section => ({
  bench: 'bulk',
  title: 'Bulk',
  fixture: 'ten records',
  figures,
  measuredAt: '2026-01-02T03:04:05.000Z',
  isQuick: false,
  loadAverage: 1,
  ...more,
});

const rate = (value: number): Figure => ({ name: 'rate', unit: '/s', value });

describe('two commits in turns', () => {
  it('are put beside each other round by round', () => {
    const before = [100, 200, 150].map((value) => [section([rate(value)])]);
    const after = [200, 300, 450].map((value) => [section([rate(value)])]);
    const [compared] = compareSections(before, after);
    expect(compared?.figures).toEqual([
      { name: 'rate', unit: '/s', before: [100, 200, 150], after: [200, 300, 450] },
    ]);
    expect(ratiosOf({ before: [100, 200, 150], after: [200, 300, 450] })).toEqual([2, 1.5, 3]);
  });

  it('are compared system by system, and only in what both have', () => {
    const theirs = { ...rate(7), system: 'etcd' };
    const old = { name: 'old', unit: 'ms', value: 1 };
    const young = { name: 'young', unit: 'ms', value: 1 };
    const [compared] = compareSections(
      [[section([rate(1), theirs, old])]],
      [[section([young, theirs, rate(2)])]],
    );
    expect(compared?.figures.map(({ system, after }) => [system, after])).toEqual([
      ['etcd', [7]],
      [undefined, [2]],
    ]);
    expect(compared).toMatchObject({ onlyBefore: ['old'], onlyAfter: ['young'] });
  });

  it('tell of a section that only the earlier one has', () => {
    const gone = section([rate(1)], { title: 'Gone' });
    const [, compared] = compareSections([[gone, section([rate(1)])]], [[section([rate(2)])]]);
    expect(compared).toEqual({ title: 'Gone', figures: [], onlyBefore: ['rate'], onlyAfter: [] });
  });

  it('leave out a figure that a round lacks: a ratio of other rounds would be none', () => {
    const [compared] = compareSections(
      [[section([rate(1)])], [section([])]],
      [[section([rate(2)])], [section([rate(3)])]],
    );
    expect(compared?.figures).toEqual([]);
  });

  it('say so when the fixture was another one', () => {
    const [compared] = compareSections(
      [[section([rate(1)], { fixture: 'two records' })]],
      [[section([rate(2)])]],
    );
    expect(compared?.fixtureBefore).toBe('two records');
  });

  it('are said to differ only when every round of one is beyond every round of the other', () => {
    expect(directionOf({ before: [1, 2, 3], after: [4, 9, 3.1] })).toBe('higher');
    expect(directionOf({ before: [4, 9, 3.1], after: [1, 2, 3] })).toBe('lower');
    expect(directionOf({ before: [1, 2, 3], after: [3, 9, 5] })).toBe('');
    expect(directionOf({ before: [1], after: [2] })).toBe('');
  });

  it('are a part of the page that names both commits', () => {
    const sections = compareSections(
      [[section([rate(100)])], [section([rate(110)])], [section([rate(120)])]],
      [[section([rate(200)])], [section([rate(220)])], [section([rate(360)])]],
    );
    const text = comparisonLines([
      {
        bench: 'bulk',
        before: { commit: 'aaaaaaaaaa', subject: 'slow' },
        after: { commit: 'bbbbbbbbbb', subject: 'fast' },
        measuredAt: '2026-01-02T03:04:05.000Z',
        isQuick: true,
        isOtherBench: true,
        loadAverage: 1,
        sections,
      },
    ]).join('\n');
    expect(text).toContain('Before: aaaaaaaaaa, slow. After: bbbbbbbbbb, fast.');
    expect(text).toContain(
      '| rate | Rollcall | 110 /s (100 .. 120) | 220 /s (200 .. 360) | 2 x (2 .. 3) | higher |',
    );
    expect(text).toContain('The benchmark itself changed between the two');
    expect(text).toContain('**quick: a small fixture**');
    expect(comparisonLines([])).toEqual([]);
  });
});
