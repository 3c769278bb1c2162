import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InstanceView } from '#contracts';
import { anyInstanceRecord } from '#testkit';
import { changedPaths, describeChange } from './change.js';
import { causeOf, type ViewEntry } from './entry.js';

const entry = (record: object, sequence = 1): ViewEntry => ({
  sequence,
  at: '2026-01-01T00:00:00.000Z',
  cause: { id: `event-${sequence}`, type: 'rollcall.instance.updated.v1' },
  record: { instance: 'orders-1', status: 'up', ...record } as InstanceView,
});
const here = entry({});
const gone = entry({ departure: 'expired' }, 2);

/** What stands at a path, as consumers look it up. */
const lookUp = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value);

/** The same record without metadata, whose keys may hold dots and so have no unambiguous path. */
const anyRecord = anyInstanceRecord().map(({ metadata: _dotted, ...record }) => record);

describe('a change', () => {
  it.each([
    ['added', undefined, here],
    ['updated', here, entry({ weight: 5 }, 2)],
    ['removed', here, gone],
    ['added', gone, here],
    ['removed', gone, entry({ departure: 'evicted' }, 3)],
    ['removed', undefined, gone],
  ])('is "%s", judged by what was present before and after', (change, before, after) => {
    const { sequence, at, cause, record } = after;
    expect(describeChange(before, after)).toMatchObject({ change, sequence, at, cause, record });
  });

  it('lists what differs only from what somebody could see before', () => {
    expect(describeChange(here, entry({ weight: 5 })).changed).toEqual(['weight']);
    expect(describeChange(gone, entry({ weight: 5 })).changed).toEqual([]);
    expect(describeChange(undefined, here).changed).toEqual([]);
  });

  it('takes over from the event what tells the story, and leaves out what is absent', () => {
    const event = {
      id: 'a',
      type: 't',
      actor: 'alice',
      reason: undefined,
      traceparent: undefined,
      secret: 1,
    };
    expect(Object.keys(causeOf(event))).toEqual(['id', 'type', 'actor']);
  });
});

describe('changed paths', () => {
  it('are none between equal records', () => {
    fc.assert(
      fc.property(anyRecord, (record) => expect(changedPaths(record, structuredClone(record))).toEqual([])),
    );
  });

  it('lead to what differs, and only there', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (before, after) => {
        const paths = changedPaths(before, after);
        for (const path of paths) expect(lookUp(before, path)).not.toEqual(lookUp(after, path));
        const isInside = (field: string) =>
          paths.some((path) => path === field || path.startsWith(`${field}.`));
        const others = Object.keys({ ...before, ...after }).filter((field) => !isInside(field));
        for (const field of others) expect(lookUp(before, field)).toEqual(lookUp(after, field));
      }),
    );
  });

  it('are the same both ways, sorted, and without bookkeeping', () => {
    const before = {
      b: 1,
      a: { x: 1 },
      endpoints: [{ port: 1 }],
      revision: 1,
      registeredAt: 'x',
      registeredSequence: 1,
    };
    const after = {
      b: 2,
      a: { x: 2 },
      endpoints: [{ port: 2 }, { port: 3 }],
      revision: 2,
      registeredAt: 'y',
      registeredSequence: 2,
    };
    expect(changedPaths(before, after)).toEqual(['a.x', 'b', 'endpoints.0.port', 'endpoints.1']);
    expect(changedPaths(after, before)).toEqual(changedPaths(before, after));
  });

  it('do not take what every object inherits for a field', () => {
    expect(changedPaths({ metadata: {} }, { metadata: { constructor: 'x', toString: 'y' } })).toEqual([
      'metadata.constructor',
      'metadata.toString',
    ]);
  });
});
