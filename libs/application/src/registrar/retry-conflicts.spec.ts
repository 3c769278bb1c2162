import { describe, expect, it } from '@jest/globals';
import { limits, RollcallError } from '#contracts';
import type { Clock } from '../ports/clock.js';
import { retryConflicts } from './retry-conflicts.js';

const conflict = new RollcallError('ROLLCALL_REVISION_CONFLICT', 'somebody was quicker');

function patience() {
  const pausesMs: number[] = [];
  const clock: Clock = {
    monotonicMs: () => 0,
    after: (delayMs, call) => {
      pausesMs.push(delayMs);
      call();
      return () => undefined;
    },
  };
  return { clock, pausesMs };
}

describe('somebody who loses a compare-and-set', () => {
  it('waits before it tries again, longer each time, and gives up in the end', async () => {
    const { clock, pausesMs } = patience();
    const lost = retryConflicts(
      () => Promise.reject(conflict),
      clock,
      () => 1,
    );
    await expect(lost).rejects.toBe(conflict);
    expect(pausesMs).toHaveLength(limits.registerConflictAttemptsMax - 1);
    expect(pausesMs.slice(0, 3)).toEqual([10, 20, 40]);
    expect(Math.max(...pausesMs)).toBe(320);
  });

  it('does not wait for anything else to pass', async () => {
    const { clock, pausesMs } = patience();
    await expect(retryConflicts(() => Promise.reject(new Error('other')), clock)).rejects.toThrow('other');
    expect(pausesMs).toEqual([]);
  });
});
