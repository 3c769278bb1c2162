import { runInThisContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceRecord } from '#contracts';
import { joinInstance } from './state.js';

/** Whether V8 keeps one hidden class for both. Asked of V8 itself: nothing else shows it but the memory. */
let isOneShape: (left: object, right: object) => boolean;

beforeAll(() => {
  setFlagsFromString('--allow-natives-syntax');
  isOneShape = runInThisContext('(left, right) => %HaveSameMap(left, right)') as typeof isOneShape;
  // It is compiled when it is called first.
  isOneShape({}, {});
  setFlagsFromString('--no-allow-natives-syntax');
});

function shown(number: number, change: Partial<InstanceRecord> = {}): object {
  const names = { namespace: 'default', service: 'orders', instance: `orders-${number}` };
  const record: InstanceRecord = {
    ...names,
    incarnation: 1,
    version: '1.4.2',
    status: 'up',
    endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080 }],
    zone: 'zone-1',
    leaseMs: 0,
    ...change,
  };
  const registeredAt = '2026-01-01T00:00:00.000Z';
  return joinInstance(names, {
    registration: { record, registeredSequence: number, registeredAt, revision: number, left: false },
  });
}

describe('the hidden class of a shown instance', () => {
  it('is that of every other with the same fields: one for each would be as large as the instance', () => {
    // V8 begins to give each its own only after a while.
    const many = Array.from({ length: 5_000 }, (_, number) => shown(number));
    const [first, last] = [many[0] as object, many.at(-1) as object];
    expect(isOneShape(first, last)).toBe(true);
    expect(isOneShape(last, shown(1, { status: 'draining', weight: 7 }))).toBe(true);
  });

  it('differs where the fields differ', () => {
    expect(isOneShape(shown(1), shown(2, { region: 'eu-central' }))).toBe(false);
  });
});
