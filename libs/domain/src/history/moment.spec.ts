import { describe, expect, it } from '@jest/globals';
import { parseDuration, parseMoment } from './moment.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['15s', 15_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1d', 86_400_000],
    ['15', undefined],
    ['s', undefined],
    ['-1s', undefined],
    ['1y', undefined],
  ])('%s is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));
});

describe('a moment in the journal', () => {
  const nowMs = Date.parse('2026-11-22T15:00:00Z');

  it.each([
    ['0', { sequence: 0 }],
    ['1200', { sequence: 1200 }],
    ['-15m', { time: new Date('2026-11-22T14:45:00Z') }],
    ['2026-11-22T14:00:00Z', { time: new Date('2026-11-22T14:00:00Z') }],
    ['2026-11-22T14:00:00.5+02:00', { time: new Date('2026-11-22T12:00:00.5Z') }],
    ['2026-11-22', { time: new Date('2026-11-22T00:00:00Z') }],
  ])('%s is one', (text, place) => expect(parseMoment(text, nowMs)).toEqual(place));

  it.each(['', '-', '-15', '1.5', 'now', '2026-13-01', '99999999999999999', '15m'])('%j is none', (text) => {
    expect(() => parseMoment(text, nowMs)).toThrow('ROLLCALL_SEQUENCE_INVALID');
  });
});
