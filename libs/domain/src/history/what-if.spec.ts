import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leasePresets, type LeaseTimes } from '../lease/lease.js';
import { suspectStep } from '../liveness/suspect.js';
import { judgeSuspicion, type Suspicion } from './what-if.js';

const T = 1_800_000_000_000;
const { local, lan, wan } = leasePresets;
/** Beat at T; a lease of 7 s with beats each second: suspected at T + 2 s, due at T + 7 s. */
const lapsed: Suspicion = {
  service: 'orders',
  instance: 'orders-1',
  incarnation: 1,
  sequence: 7,
  signal: 'heartbeat-lapsed',
  times: local,
  lastBeatAtMs: T,
  suspectedAtMs: T + 2_000,
};
const expired = { ...lapsed, end: { kind: 'expired', atMs: T + 7_100 } } as const;
const cleared = (afterMs: number) => ({ ...lapsed, end: { kind: 'cleared', atMs: T + afterMs } }) as const;
const judged = (suspicion: Suspicion, lease: Partial<LeaseTimes>) => {
  const { whatIf, dueAtMs } = judgeSuspicion(suspicion, lease, T + 100_000);
  return dueAtMs === undefined ? whatIf : `${whatIf} ${dueAtMs - T}`;
};

describe('a suspicion under another lease', () => {
  it.each([
    ['the same lease changes nothing', expired, local, 'same'],
    ['a longer one expires the dead later', expired, lan, 'expired-later 15000'],
    ['a shorter one sooner', expired, { leaseMs: 4_000 }, 'expired-sooner 4000'],
    [
      'a longer one spares whoever came back in time',
      { ...expired, backAtMs: T + 12_000 },
      lan,
      'not-expired',
    ],
    ['but not who came back too late', { ...expired, backAtMs: T + 16_000 }, lan, 'expired-later 15000'],
    ['a slower heart is not suspected for one lost beat', cleared(3_000), wan, 'not-suspected'],
    [
      'a shorter lease expires before the sign of life',
      cleared(5_000),
      { leaseMs: 4_000 },
      'expired-instead 4000',
    ],
    ['and does not when that came in time', cleared(3_500), { leaseMs: 4_000 }, 'same'],
    ['a disconnect is seen whatever the lease', { ...cleared(3_000), signal: 'disconnect' }, wan, 'same'],
  ] as [string, Suspicion, Partial<LeaseTimes>, string][])('%s', (_name, suspicion, lease, expected) => {
    expect(judged(suspicion, lease)).toBe(expected);
  });

  it('is due exactly when the watchman would expire it, if he sees everything', () => {
    const times = fc.record({
      heartbeatMs: fc.integer({ min: 500, max: 30_000 }),
      leaseMs: fc.integer({ min: 3_000, max: 100_000 }),
    });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 50_000 }), (lease, silentMs) => {
        const suspicion: Suspicion = {
          ...expired,
          signal: 'disconnect',
          suspectedAtMs: T + silentMs,
          times: { heartbeatMs: 500, leaseMs: 86_400_000 },
        };
        const { dueAtMs = NaN } = judgeSuspicion(suspicion, lease, T + 1e9);
        const facts = { ...suspicion, lastBeatAtMs: T, times: lease, sightSinceMs: 0 };
        expect(suspectStep({ ...facts, nowMs: dueAtMs })).toBe('expire');
        expect(suspectStep({ ...facts, nowMs: dueAtMs - 1 })).toBe('wait');
      }),
    );
  });
});
