import { describe, expect, it } from '@jest/globals';
import { calmLog } from './calm-log.js';
import type { Clock } from './clock.js';
import type { Log } from './log.js';

function floodable() {
  let nowMs = 0;
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  const log: Log = { info: note, warn: note, error: note };
  const clock: Clock = { monotonicMs: () => nowMs, after: () => () => undefined };
  return { calm: calmLog(log, clock), lines, pass: (ms: number) => (nowMs += ms) };
}

describe('a log under a flood', () => {
  it('tells the first few, then that there are many, then how many there were', () => {
    const { calm, lines, pass } = floodable();
    for (let count = 0; count < 1_000; count += 1) calm.warn('refused');
    expect(lines).toEqual([
      ...Array.from({ length: 5 }, () => 'refused'),
      'refused (many; only counted for 10 s)',
    ]);
    pass(10_000);
    calm.warn('refused');
    expect(lines.slice(6)).toEqual(['refused (and 995 more like it before)', 'refused']);
  });

  it('does not hide one warning behind another', () => {
    const { calm, lines } = floodable();
    for (let count = 0; count < 10; count += 1) calm.warn('refused');
    calm.warn('disk full');
    calm.error('lost');
    expect(lines.slice(-2)).toEqual(['disk full', 'lost']);
  });
});
