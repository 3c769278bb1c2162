import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Carried, eventTypes, originalOf, type RegistryEvent, viewKeyOf } from '#contracts';
import { anyHistory, anyHour } from '#testkit';
import { fromTime } from '../time.js';
import { isInstanceView, isPresent, type ViewEntry } from './entry.js';
import { evolve } from './evolve.js';

type View = Map<string, ViewEntry>;

function foldAll(events: readonly RegistryEvent[], view: View = new Map()): View {
  for (const event of events) {
    const key = viewKeyOf(event.aggregate);
    const evolved = evolve(view.get(key), event);
    if (evolved.kind === 'changed') view.set(key, evolved.entry);
  }
  return view;
}

/** Everything alive, said again behind the history: an instance before what is laid over it. */
function carryAll(history: readonly RegistryEvent[], view: View): RegistryEvent[] {
  const end = history.at(-1) as RegistryEvent;
  const again: RegistryEvent[] = [];
  const carry = (sequence: number, registered?: Carried['registered'], changed = {}): void => {
    const said = history.find((event) => event.sequence === sequence) as RegistryEvent;
    const place = { sequence, atMs: said.atMs, id: said.id, ...(registered && { registered }) };
    const stands = { sequence: end.sequence + again.length + 1, atMs: end.atMs, id: `again-${again.length}` };
    const data = { ...said.data, ...changed };
    again.push({ ...said, ...stands, data, carried: place } as unknown as RegistryEvent);
  };
  for (const { record } of [...view.values()].filter((entry) => isPresent(entry))) {
    if (!isInstanceView(record)) carry(record.revision);
    else {
      const { registeredSequence: sequence, registeredAt, override, verdict } = record;
      carry(record.revision, { sequence, atMs: fromTime(registeredAt) });
      // As the view has it: an eviction it forgot is not said again.
      const { evictedIncarnation } = override ?? {};
      if (override !== undefined) carry(override.sequence, undefined, { evictedIncarnation });
      if (verdict !== undefined) carry(verdict.sequence);
      // A good-bye that was taken back says that somebody is suspect, and is no verdict.
      const suspicion = again.at(-1);
      if (verdict !== undefined && suspicion?.type === eventTypes.instanceReinstated) {
        const { aggregate } = suspicion;
        const { kind: _kind, ...names } = aggregate;
        const data = { ...names, ...verdict };
        const said = {
          type: eventTypes.verdictSuspected,
          aggregate: { ...aggregate, kind: 'verdict' },
          data,
        };
        again[again.length - 1] = { ...suspicion, ...said } as unknown as RegistryEvent;
      }
    }
  }
  return again;
}

function accepted(history: readonly RegistryEvent[]): RegistryEvent[] {
  const view: View = new Map();
  return history.filter((event) => {
    const before = view.get(viewKeyOf(event.aggregate));
    foldAll([event], view);
    return view.get(viewKeyOf(event.aggregate)) !== before;
  });
}

const alive = (view: View): [string, ViewEntry][] =>
  [...view].filter(([, entry]) => isPresent(entry)).toSorted(([left], [right]) => (left < right ? -1 : 1));

describe('what is carried', () => {
  it('is no change to a view that knows it, however often it is said', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        const view = foldAll(history);
        for (const event of carryAll(history, view)) {
          expect(evolve(view.get(viewKeyOf(event.aggregate)), event).kind).toBe('unchanged');
        }
      }),
      { numRuns: 500 },
    );
  });

  // Within an hour: what a day makes a view forget, only a snapshot tells.
  it('tells a fold that begins at any cut what is alive, where the events behind it were accepted', () => {
    fc.assert(
      fc.property(anyHour(), fc.nat(), (history, cut) => {
        const view = foldAll(history);
        const tail = accepted(history).slice(cut % (history.length + 1));
        const begun = foldAll([...tail, ...carryAll(history, view)]);
        for (const [key, entry] of alive(view)) expect(begun.get(key)).toEqual(entry);
      }),
      { numRuns: 1_000 },
    );
  });

  it('forgets nothing over a carried event that is stored days after it was said', () => {
    const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
    const at = (hours: number) => ({ sequence: 1 + hours, atMs: 1_767_225_600_000 + 3_600_000 * hours });
    const record = { ...names, incarnation: 3, version: '1.0.0', status: 'up', endpoints: [], leaseMs: 0 };
    const registered = {
      ...at(0),
      id: 'registered',
      type: eventTypes.instanceRegistered,
      aggregate: { kind: 'instance', ...names },
      data: record,
    };
    const override = {
      ...at(12),
      id: 'override',
      type: eventTypes.overrideSet,
      aggregate: { kind: 'override', ...names },
      data: { ...names, weight: 0, evictedIncarnation: 1 },
    };
    const carried = { ...at(0), id: 'registered', registered: at(0) };
    const again = { ...registered, ...at(48), id: 'again', carried };
    const [whole] = foldAll([registered, override] as unknown as RegistryEvent[]).values();
    const [begun] = foldAll([override, again] as unknown as RegistryEvent[]).values();
    expect(begun).toEqual(whole);
  });

  it('is told as it was said first', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        for (const event of carryAll(history, foldAll(history))) {
          const first = history.find(({ sequence }) => sequence === event.carried?.sequence) as RegistryEvent;
          const isImplied = first.aggregate.kind !== event.aggregate.kind;
          if (isImplied) continue;
          const { sequence, atMs, id, type, data, actor, reason } = first;
          expect(originalOf(event)).toMatchObject({ sequence, atMs, id, type });
          const evictedIncarnation = undefined;
          expect({ ...originalOf(event).data, evictedIncarnation }).toEqual({ ...data, evictedIncarnation });
          expect([originalOf(event).actor, originalOf(event).reason]).toEqual([actor, reason]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
