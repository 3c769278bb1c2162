import { describe, expect, it } from '@jest/globals';
import type { KeptProfile } from './kept-profile.js';
import { profileFile, renderPage } from './page.js';
import type { Machine } from './machine.js';
import { mergeComparisons, mergeResult, type RecordedSection } from './result.js';

const machine: Machine = {
  cpu: 'a processor',
  cores: 2,
  memoryGiB: 8,
  system: 'Linux 6',
  node: 'v20',
  natsServer: '2.15.1',
};

const section = (more: Partial<RecordedSection> = {}): RecordedSection => ({
  bench: 'replay',
  title: 'Replay',
  figures: [
    { name: 'rate', unit: 'events/s', value: 1_234.5, goal: { atLeast: 2_000 }, rounds: [1_000, 1_234.5] },
  ],
  measuredAt: '2026-01-02T03:04:05.000Z',
  isQuick: false,
  loadAverage: 1,
  commit: 'aaaaaaaaaa',
  ...more,
});

const profile: KeptProfile = {
  title: 'replay: replay and fold',
  workUs: 2_000_000,
  wallUs: 3_000_000,
  top: [{ name: 'parse libs/a.js:1', us: 500_000 }],
  frames: ['0 2000000 0 all'],
};

describe('the page', () => {
  it('shows value, spread and whether the goal is met', () => {
    expect(renderPage({ machine, sections: [section()] })).toContain(
      '| rate | Rollcall | 1,235 events/s | 1,000 .. 1,235 | >= 2,000 events/s: **missed** |  |',
    );
  });

  it('shows where the time goes when a goal is missed, with its picture', () => {
    const text = renderPage({ machine, sections: [section({ profiles: [profile] })] });
    expect(text).toContain(
      '[replay: replay and fold](benchmarks/profile-replay-replay-and-fold.svg): 2.0 s of work',
    );
    expect(text).toContain('| `parse libs/a.js:1` | 25.0 % |');
    expect(profileFile({ bench: 'bulk' }, { ...profile, title: 'other' })).toBe(
      'benchmarks/profile-bulk-other.svg',
    );
  });

  it('says how to get a profile that was not taken, and is silent where nothing is missed', () => {
    const hint = 'npm run bench -- replay --record --cpu-prof';
    expect(renderPage({ machine, sections: [section()] })).toContain(hint);
    const met = section({ figures: [{ name: 'rate', unit: '/s', value: 9, goal: { atLeast: 2 } }] });
    expect(renderPage({ machine, sections: [met] })).not.toContain(hint);
  });

  it('says what stands between a figure and more', () => {
    const figures = [{ name: 'rate', unit: '/s', value: 9, limit: 'one thread decodes' }];
    expect(renderPage({ machine, sections: [section({ figures })] })).toContain(
      '- rate: one thread decodes.',
    );
  });
});

describe('a recorded result', () => {
  const comparison = {
    bench: 'bulk',
    before: { commit: 'a', subject: 'a' },
    after: { commit: 'b', subject: 'b' },
    measuredAt: '2026-01-02T03:04:05.000Z',
    isQuick: false,
    loadAverage: 1,
    sections: [],
  };

  it('keeps what is not measured anew, comparisons too', () => {
    const before = mergeComparisons(mergeResult(undefined, machine, [section({ bench: 'view' })]), machine, [
      comparison,
    ]);
    const after = mergeResult(before, machine, [section()]);
    expect(after.sections.map(({ bench }) => bench)).toEqual(['replay', 'view']);
    expect(after.comparisons).toEqual([comparison]);
  });

  it('keeps the machine of what was measured on another one, until it is measured on that of the page', () => {
    const other = { ...machine, cpu: 'another processor' };
    const first = mergeComparisons(mergeResult(undefined, machine, [section({ bench: 'view' })]), machine, [
      comparison,
    ]);
    const there = mergeResult(first, other, [section()]);
    expect(there.sections).toEqual([section(), section({ bench: 'view', machine })]);
    expect(there.comparisons).toEqual([{ ...comparison, machine }]);
    expect(renderPage(there).match(/^Machine: .*processor/gm)).toEqual([
      'Machine: 2 x another processor',
      'Machine: 2 x a processor',
      'Machine: 2 x a processor',
    ]);
    const back = mergeComparisons(there, machine, []);
    expect(back.sections).toEqual([section({ machine: other }), section({ bench: 'view' })]);
    expect(mergeResult(there, other, [section({ bench: 'view' })]).sections).toEqual([
      section(),
      section({ bench: 'view' }),
    ]);
  });

  it('replaces what is measured anew', () => {
    const first = mergeComparisons(undefined, machine, [comparison]);
    const again = { ...comparison, after: { commit: 'c', subject: 'c' } };
    expect(mergeComparisons(first, machine, [again]).comparisons).toEqual([again]);
    const once = mergeResult(undefined, machine, [section()]);
    expect(mergeResult(once, machine, [section({ commit: 'c' })]).sections).toEqual([
      section({ commit: 'c' }),
    ]);
  });
});
