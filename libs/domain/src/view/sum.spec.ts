import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyName } from '#testkit';
import type { InstanceView, ServiceSum } from '#contracts';
import type { ViewEntry } from './entry.js';
import { addHash, emptySum, entryHash, sameSum, takeHash } from './sum.js';
import { sumOfKey } from './sum-ledger.js';
import { ViewTable } from './table.js';

const anyItems = fc.array(fc.tuple(anyName(), fc.nat()), { maxLength: 20 });
const sumOf = (items: readonly (readonly [string, number])[]): ServiceSum =>
  items.reduce<ServiceSum>((sum, [key, sequence]) => addHash(sum, entryHash(key, sequence)), emptySum);

describe('the checksum', () => {
  it('does not depend on the order of what is added', () => {
    fc.assert(
      fc.property(anyItems, fc.infiniteStream(fc.nat()), (items, ranks) => {
        const ranked = items.map((item) => ({ item, rank: ranks.next().value as number }));
        const shuffled = ranked.toSorted((a, b) => a.rank - b.rank).map(({ item }) => item);
        expect(sumOf(shuffled)).toEqual(sumOf(items));
      }),
    );
  });

  it('forgets exactly what is taken away again', () => {
    fc.assert(
      fc.property(anyItems, anyItems, (kept, taken) => {
        const both = sumOf([...kept, ...taken]);
        const left = taken.reduce((sum, [key, sequence]) => takeHash(sum, entryHash(key, sequence)), both);
        expect(sameSum(left, sumOf(kept))).toBe(true);
      }),
    );
  });

  it('stays a whole number below 2^48, also when more is taken than is there', () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        const sum = items.reduce(
          (left, [key, sequence]) => takeHash(left, entryHash(key, sequence)),
          emptySum,
        );
        expect(Number.isSafeInteger(sum[1]) && sum[1] >= 0 && sum[1] < 2 ** 48).toBe(true);
      }),
    );
  });

  it('tells a lost update, a lost entry and an entry too many', () => {
    const whole = sumOf([
      ['a', 1],
      ['b', 2],
    ]);
    expect(
      sameSum(
        whole,
        sumOf([
          ['a', 1],
          ['b', 3],
        ]),
      ),
    ).toBe(false);
    expect(sameSum(whole, sumOf([['a', 1]]))).toBe(false);
    expect(
      sameSum(
        whole,
        sumOf([
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ]),
      ),
    ).toBe(false);
  });

  it('hashes as FNV-1a does, for ever: watchers in other languages add up the same', () => {
    expect(entryHash('default.instance.orders.orders-1', 42)).toBe(0xa558751);
  });
});

const anyEntry = fc
  .record({
    sequence: fc.nat(),
    isGone: fc.boolean(),
    leaseMs: fc.constantFrom(0, 15_000),
    status: fc.constantFrom('up', 'suspect', 'down'),
  })
  .map(({ sequence, isGone, ...said }): ViewEntry => ({
    sequence,
    at: '2026-01-01T00:00:00.000Z',
    cause: { id: 'e', type: 't' },
    record: {
      instance: 'x',
      ...said,
      ...(isGone ? { departure: 'expired' } : {}),
    } as unknown as InstanceView,
  }));
const anyKey = fc.constantFrom(
  'default.instance.orders.orders-1',
  'default.instance.orders.orders-2',
  'prod.instance.orders.orders-1',
  'default.service.orders',
  'default.protection.orders',
  'default.instance.payments.payments-1',
);
const anyMoves = fc.array(fc.tuple(anyKey, fc.option(anyEntry, { nil: undefined })), { maxLength: 30 });

/** Puts and deletes in a table, and what plainly stands afterwards. */
function played(moves: readonly (readonly [string, ViewEntry | undefined])[]) {
  const table = new ViewTable();
  const held = new Map<string, ViewEntry>();
  for (const [key, entry] of moves) {
    if (entry === undefined) {
      table.delete(key);
      held.delete(key);
    } else {
      table.put(key, entry);
      held.set(key, entry);
    }
  }
  return { table, held };
}

describe('a table', () => {
  it('holds what was put last, and nothing that was deleted', () => {
    fc.assert(
      fc.property(anyMoves, (moves) => {
        const { table, held } = played(moves);
        expect(new Map([...table.slots()].map(({ key, entry }) => [key, entry]))).toEqual(held);
        expect(table.size).toBe(held.size);
      }),
    );
  });

  it('keeps the sums that adding up everything present would give', () => {
    fc.assert(
      fc.property(anyMoves, (moves) => {
        const { table, held } = played(moves);
        const present = [...held].filter(([, { record }]) => !('departure' in record));
        const sum = (service?: string) =>
          sumOf(
            present
              .filter(([key]) => service === undefined || sumOfKey(key) === service)
              .map(([key, { sequence }]) => [key, sequence]),
          );
        expect(table.total).toEqual(sum());
        for (const service of ['default/orders', 'prod/orders', 'default/payments']) {
          expect(table.sumOf(service)).toEqual(sum(service));
        }
      }),
    );
  });

  it('counts whose heartbeats must be alive', () => {
    fc.assert(
      fc.property(anyMoves, (moves) => {
        const { table, held } = played(moves);
        const beating = [...held.values()].filter(({ record }) => {
          const { leaseMs, status } = record as InstanceView;
          return leaseMs > 0 && status !== 'suspect' && !('departure' in record);
        });
        expect(table.beatsDue).toBe(beating.length);
      }),
    );
  });

  it('finds the instances and the policy of a service, and no service of which nothing is left', () => {
    fc.assert(
      fc.property(anyMoves, (moves) => {
        const { table, held } = played(moves);
        const listed = [...table.services()].flatMap(({ instances, policy, protection }) =>
          [...instances.values(), policy, protection].flatMap((slot) =>
            slot === undefined ? [] : [slot.key],
          ),
        );
        expect(listed.toSorted()).toEqual([...held.keys()].toSorted());
        const filled = [...table.services()].filter(
          ({ instances, policy, protection }) =>
            instances.size > 0 || policy !== undefined || protection !== undefined,
        );
        expect(filled).toHaveLength([...table.services()].length);
      }),
    );
  });

  it('remembers the place of a key in the bucket until a newer one is told', () => {
    const table = new ViewTable();
    const [entry] = fc.sample(anyEntry, 1) as [ViewEntry];
    expect(table.put('default.service.orders', entry).bucketRevision).toBe(0);
    expect(table.put('default.service.orders', entry, 7).bucketRevision).toBe(7);
    expect(table.put('default.service.orders', entry).bucketRevision).toBe(7);
  });
});

describe('the sum a key belongs to', () => {
  it.each([
    ['default.override.orders.orders-1', 'default/orders'],
    ['default.service.orders', 'default/orders'],
    ['default.config.orders.limits', 'default/config:orders'],
    ['default.config-override._shared.a/b', 'default/config:_shared'],
    ['default.config-schema.orders.limits', undefined],
    ['default.config-schedule.orders.s-1', undefined],
    ['_position', undefined],
  ])('"%s" is %s', (key, service) => {
    expect(sumOfKey(key)).toBe(service);
  });
});
