import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyInstanceRecord } from '#testkit';
import { heartbeatTtlMs, recordProblems } from '#contracts';
import { graceMs, leasePresets, leaseTimes } from './lease.js';

const anyLeased = anyInstanceRecord().filter(({ leaseMs }) => leaseMs > 0);

describe('the times of a lease', () => {
  it('the life of a heartbeat and the grace after it never outlast the lease', () => {
    fc.assert(
      fc.property(anyLeased, (record) => {
        const times = leaseTimes(record);
        expect(heartbeatTtlMs(times.heartbeatMs) + graceMs(times)).toBeLessThanOrEqual(record.leaseMs);
      }),
    );
  });

  it('a heartbeat outlives the wait for the next one, and a suspect has at least a second to answer', () => {
    fc.assert(
      fc.property(anyLeased, (record) => {
        const times = leaseTimes(record);
        expect(heartbeatTtlMs(times.heartbeatMs)).toBeGreaterThanOrEqual(times.heartbeatMs + 1_000);
        expect(graceMs(times)).toBeGreaterThanOrEqual(1_000);
      }),
    );
  });

  it('are those of the record where it names them', () => {
    expect(leaseTimes({ leaseMs: 9_000, heartbeatMs: 700 })).toEqual({ leaseMs: 9_000, heartbeatMs: 700 });
    expect(leaseTimes({ leaseMs: 20_000 })).toEqual({ leaseMs: 20_000, heartbeatMs: 5_000 });
  });

  it.each(Object.entries(leasePresets))('the preset "%s" is one a record may carry', (_name, times) => {
    const [record] = fc.sample(anyInstanceRecord(), 1);
    expect(recordProblems('instance', { ...record, ...times })).toEqual([]);
  });
});
