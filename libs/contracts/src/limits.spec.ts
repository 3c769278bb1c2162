import { describe, expect, it } from '@jest/globals';
import { assertLimits, limits } from './limits.js';

describe('limits', () => {
  it('fit each other', () => {
    expect(() => assertLimits()).not.toThrow();
  });

  it.each([
    ['leaseMsMin', limits.leaseMsMax],
    ['recordBytesMax', limits.httpBodyBytesMax + 1],
    ['positionMsMin', limits.positionMsMax],
    ['projectorInFlightMax', limits.projectorCoalesceLag + 1],
    ['projectorCoalesceLag', limits.projectorBacklogMax],
    ['tombstoneSlackMs', limits.tombstoneMs],
    ['weightDefault', limits.weightMax + 1],
  ])('that contradict each other stop the process: %s = %d', (name, value) => {
    expect(() => assertLimits({ ...limits, [name]: value })).toThrow(
      new RegExp(`limits contradict each other: .*${name}`),
    );
  });

  it('are whole positive numbers', () => {
    for (const value of Object.values(limits)) expect(Number.isSafeInteger(value) && value > 0).toBe(true);
  });

  it('carry their unit or what they count in their name', () => {
    for (const name of Object.keys(limits)) {
      expect(name).toMatch(/(Ms|Bytes|Max|Min|Length|Slots|Lag|Default)/);
    }
  });
});
