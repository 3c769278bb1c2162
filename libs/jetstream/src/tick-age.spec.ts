import { describe, expect, it } from '@jest/globals';
import { TickAge } from './tick-age.js';

const BROKER_AHEAD_MS = 5_000_000;

describe('the age of a tick', () => {
  it('is told without knowing how the two clocks differ', () => {
    const age = new TickAge(1_600);
    expect(age.isFresh(BROKER_AHEAD_MS, 0)).toBe(true);
    expect(age.isFresh(BROKER_AHEAD_MS + 400, 900)).toBe(true);
  });

  it('gives away what was buffered while the process was frozen', () => {
    const age = new TickAge(1_600);
    age.isFresh(BROKER_AHEAD_MS, 0);
    const burst = [400, 800, 1_200].map((sentMs) => age.isFresh(BROKER_AHEAD_MS + sentMs, 6_000));
    expect(burst).toEqual([false, false, false]);
    expect(age.isFresh(BROKER_AHEAD_MS + 6_000, 6_001)).toBe(true);
  });

  it('is judged anew when the clock of the broker was set back', () => {
    const age = new TickAge(1_600);
    age.isFresh(BROKER_AHEAD_MS, 0);
    const setBack = [400, 800, 1_200, 1_600, 2_000, 2_400].map((nowMs) => age.isFresh(nowMs, nowMs));
    expect(setBack).toEqual([false, false, false, false, false, true]);
    expect(age.isFresh(2_800, 2_800)).toBe(true);
  });

  it('keeps up with a broker whose clock runs slower than ours', () => {
    const age = new TickAge(1_600);
    const hours = 4;
    const isFresh = Array.from({ length: hours * 3_600 }, (_, second) =>
      // A thousandth slower: after half an hour the two are further apart than a tick may be old.
      age.isFresh(BROKER_AHEAD_MS + second * 999, second * 1_000),
    );
    expect(isFresh).not.toContain(false);
    const nowMs = hours * 3_600_000;
    expect(age.isFresh(BROKER_AHEAD_MS + (nowMs - 3_000) * 0.999, nowMs)).toBe(false);
  });
});
