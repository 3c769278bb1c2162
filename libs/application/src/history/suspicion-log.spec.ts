import { describe, expect, it } from '@jest/globals';
import type { InstanceView, RegistryEvent } from '#contracts';
import { toTime, type ViewEntry } from '#domain';
import { SuspicionLog } from './suspicion-log.js';

const T = 1_800_000_000_000;
const life = { service: 'orders', instance: 'orders-1', incarnation: 1, leaseMs: 7_000, heartbeatMs: 1_000 };

function log(steps: readonly [afterMs: number, view: object][]) {
  const suspicions = new SuspicionLog();
  for (const [afterMs, view] of steps) {
    const record = { ...life, startedAt: toTime(T), registeredAt: toTime(T), ...view } as InstanceView;
    const entry = { sequence: afterMs, at: toTime(T + afterMs), record } as ViewEntry;
    suspicions.become('orders-1', entry, { atMs: T + afterMs } as RegistryEvent);
  }
  return suspicions.all();
}

const verdict = (afterMs: number, state: string, signal = 'heartbeat-lapsed') => ({
  verdict: { sequence: afterMs, at: toTime(T + afterMs), state, evidence: { signal } },
});
const suspected = [2_000, { status: 'suspect', ...verdict(2_000, 'suspected') }] as [number, object];
const expired = [7_000, { departure: 'expired', ...verdict(7_000, 'expired') }] as [number, object];

describe('an expiry', () => {
  it('was none of the dead when the same process registers again', () => {
    const back: [number, object] = [9_000, { status: 'up', registeredAt: toTime(T + 9_000) }];
    expect(log([suspected, expired, back])).toMatchObject([{ backAtMs: T + 9_000 }]);
  });

  it('that is undone proves nothing: the registration that comes back was there before', () => {
    const undone: [number, object] = [9_000, { status: 'suspect', ...verdict(9_000, 'suspected', 'undo') }];
    const [first, second] = log([suspected, expired, undone]);
    expect(first).toMatchObject({ end: { kind: 'expired' } });
    expect(first).not.toHaveProperty('backAtMs');
    expect(second).toMatchObject({ signal: 'undo', sequence: 9_000 });
  });
});
