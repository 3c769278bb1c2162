import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultProtection, expiryStep, isMassExpiry, isProtectionSpent } from './protection.js';

const anyCount = fc
  .record({
    suspectCount: fc.integer({ min: 0, max: 1_000 }),
    otherRoutableCount: fc.integer({ min: 0, max: 1_000 }),
    notRoutableCount: fc.integer({ min: 0, max: 1_000 }),
  })
  .map(({ suspectCount, otherRoutableCount, notRoutableCount }) => ({
    suspectCount,
    otherRoutableCount,
    standingCount: suspectCount + otherRoutableCount + notRoutableCount,
  }));

describe('a mass expiry', () => {
  it.each([
    ['1 of 50', { goingCount: 1, presentCount: 50 }, false],
    ['25 of 50, the half', { goingCount: 25, presentCount: 50 }, false],
    ['26 of 50', { goingCount: 26, presentCount: 50 }, true],
    ['2 of 2, fewer than the minimum', { goingCount: 2, presentCount: 2 }, false],
    ['3 of 3', { goingCount: 3, presentCount: 3 }, true],
  ])('%s', (_what, count, isOne) => {
    expect(isMassExpiry(count, defaultProtection)).toBe(isOne);
  });
});

describe('a step of those who expire under protection', () => {
  it('leaves somebody callers can be sent to, and takes no more than a tenth', () => {
    fc.assert(
      fc.property(anyCount, (count) => {
        const step = expiryStep(count);
        expect(step).toBeGreaterThanOrEqual(0);
        expect(step).toBeLessThanOrEqual(count.suspectCount);
        expect(step).toBeLessThanOrEqual(Math.max(1, count.standingCount / 10));
        // Those in maintenance, starting or with weight 0 are nobody to send a caller to.
        const leftCount = count.suspectCount - step + count.otherRoutableCount;
        expect(leftCount).toBeGreaterThanOrEqual(Math.min(1, count.suspectCount + count.otherRoutableCount));
      }),
    );
  });

  it('goes on for as long as there are suspects and somebody else', () => {
    fc.assert(
      fc.property(anyCount, (count) => {
        fc.pre(count.suspectCount > 0 && count.otherRoutableCount > 0);
        expect(expiryStep(count)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the longest time of protection', () => {
  const { maxMs } = defaultProtection;

  it('is over for each suspect by its own time', () => {
    expect(isProtectionSpent(defaultProtection, 0, true, maxMs - 1)).toBe(false);
    expect(isProtectionSpent(defaultProtection, 0, true, maxMs)).toBe(true);
    expect(isProtectionSpent(defaultProtection, 60_000, true, maxMs)).toBe(false);
  });

  it('lasts longer while nobody at all is heard, and ends then too', () => {
    expect(isProtectionSpent(defaultProtection, 0, false, maxMs)).toBe(false);
    expect(isProtectionSpent(defaultProtection, 0, false, 5 * maxMs)).toBe(true);
  });
});
