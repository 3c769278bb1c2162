import { describe, expect, it } from '@jest/globals';
import { limits } from '#contracts';
import type { ProjectionBatch, ProjectionOrder, ProjectionPosition } from './order.js';
import { takeIn } from './take-in.js';

const at = '2026-11-22T03:00:00.000Z';
const batch: ProjectionBatch = {
  events: [],
  previous: { sequence: 4, at },
  position: { sequence: 9, at },
  skipped: 0,
  pending: 0,
};

/** A store at a position, whose writes fail as often as it is told, before or behind the commit. */
function storeThat({ fails, when }: { fails: number; when: 'before' | 'behind' }) {
  let position: ProjectionPosition | undefined = batch.previous;
  let commits = 0;
  let failures = 0;
  const pauses: number[] = [];
  const order: ProjectionOrder = {
    load: () => position,
    apply: (given) => {
      const isFailing = failures < fails;
      if (isFailing) failures += 1;
      if (isFailing && when === 'before') throw new Error('the disk is full');
      position = given.position;
      commits += 1;
      if (isFailing) throw new Error('the connection was lost');
    },
  };
  const parts = { order, isClosed: () => false, pause: async (ms: number) => void pauses.push(ms) };
  return { parts, pauses, commits: () => commits, move: (to: ProjectionPosition) => (position = to) };
}

describe('taking a batch in', () => {
  it('tries again what failed, with growing pauses', async () => {
    const store = storeThat({ fails: 3, when: 'before' });
    await expect(takeIn(store.parts, batch)).resolves.toBe(true);
    expect([store.commits(), store.pauses]).toEqual([1, [100, 200, 400]]);
  });

  it('takes it in once, also when the failure came behind the commit', async () => {
    const store = storeThat({ fails: 1, when: 'behind' });
    await expect(takeIn(store.parts, batch)).resolves.toBe(true);
    expect(store.commits()).toBe(1);
  });

  it('gives up after so many attempts, saying what failed and where', async () => {
    const store = storeThat({ fails: Infinity, when: 'before' });
    const trial = takeIn(store.parts, batch);
    await expect(trial).rejects.toMatchObject({ code: 'ROLLCALL_PROJECTION_FAILED' });
    await expect(trial).rejects.toThrow(
      `a batch up to sequence 9 could not be taken in: it failed ${limits.projectionAttemptsMax} times, at last with: the disk is full`,
    );
    expect(Math.max(...store.pauses)).toBeLessThanOrEqual(limits.projectionPauseMsMax);
  });

  it('stops at once when somebody else writes to the store', async () => {
    const store = storeThat({ fails: 1, when: 'before' });
    const parts = { ...store.parts, pause: async () => void store.move({ sequence: 7, at }) };
    await expect(takeIn(parts, batch)).rejects.toThrow('the store is at sequence 7, and was at 4 before');
    expect(store.commits()).toBe(0);
  });
});
