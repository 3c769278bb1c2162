import { describe, expect, it } from '@jest/globals';
import { carriedType, headerNames, type RawEvent, writeCarried } from '#contracts';
import { isWanted } from './undo-order.js';
import { UndoScan } from './undo-scan.js';

const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
const type = 'rollcall.override.set.v1';

function raw(sequence: number, headers: readonly (readonly [string, string])[]): RawEvent {
  const found = new Map(headers);
  const body = JSON.stringify({ ...names, weight: 10 });
  return {
    sequence,
    atMs: 1_000 * sequence,
    key: 'default.override.orders.orders-1',
    bytes: body.length,
    header: (name) => found.get(name),
    text: () => body,
  };
}

describe('an event that was carried since', () => {
  it('is undone as it was said first, by the revision everybody knows, and is no event of a range', () => {
    const order = { asked: '5..9', from: 5, to: 9 };
    const scan = new UndoScan(
      () => undefined,
      (event) => isWanted(order, event),
      () => false,
    );
    scan.take(raw(5, [[headerNames.type, type]]));
    const carried = writeCarried(type, { sequence: 5, atMs: 5_000, id: 'first' });
    scan.take(raw(9, [[headerNames.type, carriedType], ...carried]));
    expect(scan.found()).toMatchObject([{ lastSequence: 5, undoing: { events: [{ sequence: 5 }] } }]);
    expect(scan.skips).toEqual([]);
  });
});
