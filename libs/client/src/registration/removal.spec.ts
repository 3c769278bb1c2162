import { describe, expect, it } from '@jest/globals';
import { ReturnBrake } from './removal.js';

describe('the brake on coming back', () => {
  it('lets the first return pass, and doubles the rest before each further one, up to a minute', () => {
    const brake = new ReturnBrake();
    const waits: number[] = [];
    for (let turn = 0, nowMs = 1_000; turn < 9; turn += 1) {
      const waitMs = brake.waitMs(nowMs);
      waits.push(waitMs);
      nowMs += waitMs;
      brake.onReturned(nowMs);
    }
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('asks for no rest that has passed by itself, and forgets after five minutes', () => {
    const brake = new ReturnBrake();
    brake.onReturned(1_000);
    brake.onReturned(5_000);
    expect(brake.waitMs(6_000)).toBe(1_000);
    expect(brake.waitMs(8_000)).toBe(0);
    expect(brake.waitMs(306_000)).toBe(0);
    brake.onReturned(306_000);
    expect(brake.waitMs(306_000)).toBe(1_000);
  });
});
