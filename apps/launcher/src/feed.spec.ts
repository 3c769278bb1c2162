import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createThrottle } from './feed.js';

describe('the throttle of the feed', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('shows 25 lines a second and counts the others', () => {
    const lines: string[] = [];
    const print = createThrottle((line) => lines.push(line));
    for (let count = 1; count <= 40; count++) print(`line ${count}`);
    expect(lines).toHaveLength(25);
    jest.advanceTimersByTime(1_000);
    expect(lines.at(-1)).toContain('15 more changes');
    print('later');
    expect(lines.at(-1)).toBe('later');
    jest.advanceTimersByTime(1_000);
    expect(lines.at(-1)).toBe('later');
  });
});
