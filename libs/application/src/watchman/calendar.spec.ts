import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Calendar } from './calendar.js';

describe('the calendar', () => {
  it('hands everybody out once, when they are due and not before', () => {
    const appointments = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 60_000 })),
    );
    const looks = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(appointments, looks, (noted, steps) => {
        const calendar = new Calendar<string>();
        const earliest = new Map<string, number>();
        for (const [who, atMs] of noted) {
          const key = String(who);
          calendar.note(key, key, atMs);
          earliest.set(key, Math.min(atMs, earliest.get(key) ?? Infinity));
        }
        let nowMs = 0;
        for (const stepMs of [...steps, 100_000]) {
          nowMs += stepMs;
          const taken = calendar.take(nowMs);
          const isDue = (atMs: number) => Math.ceil(atMs / 250) <= Math.floor(nowMs / 250);
          const due = [...earliest].filter(([, atMs]) => isDue(atMs)).map(([key]) => key);
          expect(taken.toSorted()).toEqual(due.toSorted());
          for (const key of due) earliest.delete(key);
        }
        expect(earliest.size).toBe(0);
      }),
    );
  });

  it('is late by a quarter of a second at most', () => {
    const calendar = new Calendar<string>();
    calendar.note('a', 'a', 1_001);
    expect(calendar.take(1_000)).toEqual([]);
    expect(calendar.take(1_250)).toEqual(['a']);
  });

  it('looks next at what is noted for a time that is over', () => {
    const calendar = new Calendar<string>();
    calendar.take(10_000);
    calendar.note('a', 'a', 3_000);
    expect(calendar.take(10_000)).toEqual([]);
    expect(calendar.take(10_250)).toEqual(['a']);
  });
});
