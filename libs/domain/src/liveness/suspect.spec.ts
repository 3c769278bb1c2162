import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { heartbeatTtlMs } from '#contracts';
import { graceMs, leasePresets } from '../lease/lease.js';
import { suspectStep } from './suspect.js';

const times = { heartbeatMs: 1_000, leaseMs: 4_000 };
const facts = { times, suspectedAtMs: 102_300, lastBeatAtMs: 100_000, sightSinceMs: 0, nowMs: 102_400 };

const anyTimes = fc.oneof(
  fc.constantFrom(...Object.values(leasePresets)),
  fc
    .record({
      heartbeatMs: fc.integer({ min: 500, max: 20_000 }),
      slackMs: fc.integer({ min: 1_000, max: 60_000 }),
    })
    .map(({ heartbeatMs, slackMs }) => ({ heartbeatMs, leaseMs: heartbeatTtlMs(heartbeatMs) + slackMs })),
);

describe('what is due for a suspect', () => {
  it.each([
    ['waits while neither grace nor lease is over', { nowMs: 103_900 }, 'wait'],
    ['expires when the lease is over, although the suspicion came late', { nowMs: 104_000 }, 'expire'],
    [
      'expires when the grace is over, although the last beat is young',
      { lastBeatAtMs: 102_200, nowMs: 104_300 },
      'expire',
    ],
    [
      'waits a second at least after a suspicion that came very late',
      { suspectedAtMs: 110_000, nowMs: 110_900 },
      'wait',
    ],
    ['waits for the grace where no beat is known', { lastBeatAtMs: undefined, nowMs: 104_200 }, 'wait'],
    [
      'is cleared by a beat after the suspicion, however late',
      { lastBeatAtMs: 102_301, nowMs: 900_000 },
      'clear',
    ],
    ['waits while the judge has not seen enough', { sightSinceMs: 104_000, nowMs: 104_100 }, 'wait'],
  ])('%s', (_what, change, step) => {
    expect(suspectStep({ ...facts, ...change })).toBe(step);
  });

  it('never expires anybody before grace or lease is over, and always once both are', () => {
    const anyMs = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(anyTimes, anyMs, anyMs, anyMs, (lease, beatMs, suspicionMs, waitedMs) => {
        const lastBeatAtMs = 1_000_000 - beatMs;
        const suspectedAtMs = lastBeatAtMs + suspicionMs;
        const nowMs = suspectedAtMs + waitedMs;
        const step = suspectStep({ times: lease, suspectedAtMs, lastBeatAtMs, sightSinceMs: 0, nowMs });
        const isGraceOver = waitedMs >= graceMs(lease);
        const isLeaseOver = nowMs - lastBeatAtMs >= lease.leaseMs;
        const allowed = [...(isGraceOver ? [] : ['wait']), ...(isGraceOver || isLeaseOver ? ['expire'] : [])];
        expect(allowed).toContain(step);
      }),
    );
  });
});
