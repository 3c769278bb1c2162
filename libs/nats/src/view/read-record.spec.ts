import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinInstance } from '#domain';
import { anyInstanceRecord } from '#testkit';
import { entryOf, readRecord } from './read-record.js';

const at = '2026-01-01T00:00:00.000Z';
const body = (value: unknown) => ({
  string: () => (typeof value === 'string' ? value : JSON.stringify(value)),
});

const anyStored = anyInstanceRecord().chain((record) =>
  fc.record({
    change: fc.constantFrom('added', 'updated', 'removed'),
    sequence: fc.nat(),
    at: fc.constantFrom(at, '2026-01-02T00:00:00.000Z'),
    cause: fc.record(
      { id: fc.uuid(), type: fc.string(), actor: fc.string() },
      { requiredKeys: ['id', 'type'] },
    ),
    changed: fc.array(fc.string()),
    record: fc.constant(
      joinInstance(record, {
        registration: { record, registeredSequence: 1, registeredAt: at, revision: 1, left: false },
      }),
    ),
  }),
);

describe('reading a record of the view', () => {
  it('shares texts, and changes none', () => {
    fc.assert(
      fc.property(anyStored, (stored) => {
        expect(readRecord(body(stored))).toEqual(JSON.parse(JSON.stringify(stored)));
      }),
    );
  });

  it('passes over what cannot be read, and takes one that lacks fields of this version', () => {
    for (const broken of ['{', 'null', '7', '{"sequence":1}'])
      expect(readRecord(body(broken))).toBeUndefined();
    const bare = {
      sequence: 1,
      at,
      cause: { id: 'a', type: 'b' },
      record: { service: 'orders', instance: 'a' },
    };
    expect(readRecord(body(bare))).toEqual(bare);
  });

  it('keeps of it what is not about the change', () => {
    fc.assert(
      fc.property(anyStored, ({ change, changed, ...kept }) => {
        const stored = { ...kept, change, changed } as Parameters<typeof entryOf>[0];
        expect(entryOf(stored)).toEqual(kept);
      }),
    );
  });
});
