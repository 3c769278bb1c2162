import { describe, expect, it } from '@jest/globals';
import type { InstanceRecord } from '#contracts';
import { mergeInstance } from './merge.js';

const record: InstanceRecord = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 3,
  version: '1.0.0',
  status: 'up',
  endpoints: [],
  zone: 'eu-1',
  metadata: { team: 'a', tier: 'gold' },
  leaseMs: 0,
};

describe('a change merged into a record', () => {
  it('replaces what it names and leaves the rest', () => {
    expect(mergeInstance(record, { status: 'draining', weight: 5 })).toEqual({
      ...record,
      status: 'draining',
      weight: 5,
    });
    expect(mergeInstance(record, {})).toEqual(record);
  });

  it('takes away what it says is null', () => {
    const { zone: _zone, ...without } = record;
    expect(mergeInstance(record, { zone: null })).toEqual(without);
  });

  it('merges metadata key by key', () => {
    expect(mergeInstance(record, { metadata: { team: null, ring: '1' } }).metadata).toEqual({
      tier: 'gold',
      ring: '1',
    });
    expect(mergeInstance(record, { metadata: null })).not.toHaveProperty('metadata');
    expect(mergeInstance(record, { metadata: 'nonsense' }).metadata).toBe('nonsense');
  });

  it('cannot change who it is about', () => {
    expect(mergeInstance(record, { service: 'x', incarnation: 9 } as never)).toEqual(record);
  });

  it('leaves the record it was given as it was', () => {
    const frozen = Object.freeze({ ...record, metadata: Object.freeze({ ...record.metadata }) });
    mergeInstance(frozen, { metadata: { team: 'b' }, status: 'down' });
    expect(frozen.metadata).toEqual(record.metadata);
  });
});
