import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyDays, anyHistory, anyHour, anyReadable, rawEventOf, recordArbitraries } from '#testkit';
import {
  decodeEvent,
  type InstanceView,
  limits,
  type RecordKind,
  type RegistryEvent,
  type VerdictEvent,
  viewKeyOf,
} from '#contracts';
import { splitInstance } from '../instance/state.js';
import { isInstanceView, isPresent, type ViewEntry } from './entry.js';
import { evolve } from './evolve.js';
import { type FoldEntry, foldEvent, joinEntry, mayBeForgotten, splitEntry } from './fold-entry.js';

type View = ReadonlyMap<string, ViewEntry>;

/** Folds events into a view, by key, as the projector does. */
function fold(events: readonly RegistryEvent[], from: View = new Map()): Map<string, ViewEntry> {
  const view = new Map(from);
  for (const event of events) {
    const key = viewKeyOf(event.aggregate);
    const evolved = evolve(view.get(key), event);
    if (evolved.kind === 'changed') view.set(key, evolved.entry);
  }
  return view;
}

/** The view as the bucket gives it back. */
const stored = (view: View): View =>
  new Map([...view].map(([key, entry]) => [key, JSON.parse(JSON.stringify(entry)) as ViewEntry]));

/** The events that the rules accepted when they came. */
function accepted(events: readonly RegistryEvent[]): RegistryEvent[] {
  const view = new Map<string, ViewEntry>();
  return events.filter((event) => {
    const key = viewKeyOf(event.aggregate);
    const evolved = evolve(view.get(key), event);
    if (evolved.kind === 'changed') view.set(key, evolved.entry);
    return evolved.kind !== 'refused';
  });
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

const anyPlace = fc.nat(1_000);
const at = (place: number, length: number): number => place % (length + 1);

describe('evolve', () => {
  it('may be cut anywhere, stored and resumed', () => {
    fc.assert(
      fc.property(anyHistory(), anyPlace, (history, place) => {
        const cut = at(place, history.length);
        const resumed = fold(history.slice(cut), stored(fold(history.slice(0, cut))));
        expect(resumed).toEqual(fold(history));
      }),
    );
  });

  it('never calls a repeated event a change, so that nobody is told anything twice', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        const view = new Map<string, ViewEntry>();
        for (const event of history) {
          const key = viewKeyOf(event.aggregate);
          const evolved = evolve(view.get(key), event);
          if (evolved.kind === 'changed') view.set(key, evolved.entry);
          expect(evolve(view.get(key), event).kind).not.toBe('changed');
        }
      }),
    );
  });

  it('leaves the view as it was when any event, refused ones included, comes again within the day', () => {
    fc.assert(
      fc.property(anyHour(), fc.array(anyPlace), (history, places) => {
        const view = fold(history);
        const again = places.map((place) => history[place % history.length] as RegistryEvent);
        expect(fold(again, view)).toEqual(view);
      }),
    );
  });

  it('comes to the same view when a crash makes it repeat a stretch, also over pauses in which tombstones are forgotten', () => {
    fc.assert(
      fc.property(anyDays(), anyPlace, anyPlace, (history, one, other) => {
        const events = accepted(history);
        const [from, to] = [at(one, events.length), at(other, events.length)].toSorted((a, b) => a - b);
        const crashed = stored(fold(events.slice(0, to)));
        expect(fold(events.slice(from), crashed)).toEqual(fold(events));
      }),
      { numRuns: 400 },
    );
  });

  it('mutates neither the entry nor the event it is given', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        const view = new Map<string, ViewEntry>();
        for (const event of history) {
          const key = viewKeyOf(event.aggregate);
          const evolved = evolve(freeze(view.get(key)), freeze(event));
          if (evolved.kind === 'changed') view.set(key, evolved.entry);
        }
      }),
    );
  });

  it('is total: every readable event, on any entry of its kind, gives an answer that JSON can carry', () => {
    const anyEvents = fc.array(
      fc.constantFrom<RecordKind>(...(Object.keys(recordArbitraries) as RecordKind[])).chain(anyReadable),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(anyEvents, (messages) => {
        let entry: ViewEntry | undefined;
        for (const [index, parts] of messages.entries()) {
          const decoded = decodeEvent(rawEventOf({ ...parts, sequence: index + 1 }));
          if (decoded.kind !== 'event') throw new Error('the arbitrary is wrong');
          const isAboutInstance = 'instance' in decoded.event.aggregate;
          const fits = entry !== undefined && isInstanceView(entry.record) === isAboutInstance;
          const evolved = evolve(fits ? entry : undefined, decoded.event);
          if (evolved.kind === 'changed') ({ entry } = evolved);
        }
        expect(JSON.parse(JSON.stringify(entry ?? null))).toEqual(entry ?? null);
      }),
    );
  });

  it('is what folding without joining comes to, which mutates nothing either', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        const unjoined = new Map<string, FoldEntry>();
        for (const event of history) {
          const key = viewKeyOf(event.aggregate);
          const step = foldEvent(freeze(unjoined.get(key)), freeze(event));
          if (step.kind === 'changed') unjoined.set(key, step.entry);
        }
        const joined = new Map([...unjoined].map(([key, entry]) => [key, joinEntry(entry)]));
        expect(joined).toEqual(fold(history));
      }),
    );
  });

  it('splits and joins an entry without a trace', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        for (const entry of fold(history).values()) expect(joinEntry(splitEntry(entry))).toEqual(entry);
      }),
    );
  });
});

/** One of the orders in which each aggregate keeps its own order, and no verdict overtakes what it is about. */
function interleaved(history: readonly RegistryEvent[], choices: readonly number[]): RegistryEvent[] {
  const waiting = [...history];
  const order: RegistryEvent[] = [];
  while (waiting.length > 0) {
    const ready = waiting.filter((event, index) =>
      waiting.slice(0, index).every((earlier) => mayOvertake(event, earlier)),
    );
    const choice = choices[order.length % Math.max(1, choices.length)] ?? 0;
    const next = ready[choice % ready.length] as RegistryEvent;
    waiting.splice(waiting.indexOf(next), 1);
    order.push(next);
  }
  return order;
}

function mayOvertake(event: RegistryEvent, earlier: RegistryEvent): boolean {
  if (viewKeyOf(event.aggregate) !== viewKeyOf(earlier.aggregate)) return true;
  if (event.aggregate.kind === earlier.aggregate.kind) return false;
  return event.aggregate.kind !== 'verdict' || earlier.aggregate.kind !== 'instance';
}

describe('events of different aggregates', () => {
  it('commute: whichever is folded first, the view is the same', () => {
    fc.assert(
      fc.property(anyHour(), fc.array(anyPlace, { minLength: 1 }), (history, choices) => {
        expect(fold(interleaved(history, choices))).toEqual(fold(history));
      }),
      { numRuns: 400 },
    );
  });
});

function withoutVerdict(record: InstanceView): object {
  const { registration, override } = splitInstance(record);
  return { registration, override };
}

describe('a verdict', () => {
  it('about another incarnation, or from before the present registration, changes nothing', () => {
    const anyVerdict = fc.record({
      incarnation: fc.integer({ min: 0, max: 5 }),
      state: fc.constantFrom('suspected', 'cleared', 'expired'),
      isLate: fc.boolean(),
    });
    fc.assert(
      fc.property(anyHour(), anyVerdict, (history, { incarnation, state, isLate }) => {
        for (const entry of fold(history).values()) {
          if (!isInstanceView(entry.record)) continue;
          const { namespace, service, instance, registeredSequence } = entry.record;
          const about = isLate ? entry.record.incarnation : incarnation;
          if (!isLate && about === entry.record.incarnation) continue;
          const event = {
            id: 'late',
            type: `rollcall.verdict.${state}.v1`,
            aggregate: { kind: 'verdict', namespace, service, instance },
            sequence: isLate ? registeredSequence : 1_000,
            atMs: Date.parse(entry.at),
            data: { namespace, service, instance, incarnation: about, state, evidence: { signal: 'sweep' } },
          } as VerdictEvent;
          expect(evolve(entry, event)).toEqual({ kind: 'unchanged' });
        }
      }),
    );
  });

  it('never changes what the service or an operator said', () => {
    fc.assert(
      fc.property(anyHour(), (history) => {
        const without = fold(history.filter(({ aggregate }) => aggregate.kind !== 'verdict'));
        for (const [key, { record }] of fold(history)) {
          const said = isInstanceView(record) ? withoutVerdict(record) : { record };
          const silent = without.get(key)?.record as InstanceView;
          expect(said).toEqual(isInstanceView(silent) ? withoutVerdict(silent) : { record: silent });
        }
      }),
    );
  });

  it('leaves alone whoever was never registered', () => {
    const event = {
      id: 'e',
      type: 'rollcall.verdict.expired.v1',
      aggregate: { kind: 'verdict', namespace: 'a', service: 'b', instance: 'c' },
      sequence: 1,
      atMs: 0,
      data: {
        namespace: 'a',
        service: 'b',
        instance: 'c',
        incarnation: 1,
        state: 'expired',
        evidence: { signal: 'sweep' },
      },
    } as VerdictEvent;
    expect(evolve(undefined, event)).toEqual({ kind: 'unchanged' });
  });
});

describe('a tombstone', () => {
  it('that was forgotten does not come back when the events that made it are repeated', () => {
    const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
    const noon = Date.UTC(2026, 0, 1, 12);
    const said = (sequence: number, atMs: number, type: string, fields: object) =>
      ({
        id: `event-${sequence}`,
        sequence,
        atMs,
        type,
        aggregate: { kind: type.split('.')[1], ...names },
        data: { ...names, ...fields },
      }) as unknown as RegistryEvent;
    const record = { incarnation: 1, version: '1.0.0', status: 'up', endpoints: [], leaseMs: 0 };
    const history = [
      said(1, noon, 'rollcall.instance.registered.v1', record),
      said(2, noon, 'rollcall.instance.deregistered.v1', record),
      said(3, noon + limits.tombstoneMs + 1, 'rollcall.override.set.v1', { weight: 5 }),
    ];
    const view = fold(history);
    expect(fold(history, view)).toEqual(view);
  });

  it('that the bucket has dropped leaves the same view as one the fold forgot', () => {
    const bucketLifeMs = limits.tombstoneMs + limits.tombstoneSlackMs;
    fc.assert(
      fc.property(anyDays(), (history) => {
        const live = new Map<string, ViewEntry>();
        const touched = new Set<string>();
        for (const event of history) {
          for (const [key, entry] of live) {
            const isAged = event.atMs - Date.parse(entry.at) > bucketLifeMs;
            if (mayBeForgotten(entry) && isAged) live.delete(key);
          }
          const key = viewKeyOf(event.aggregate);
          const evolved = evolve(live.get(key), event);
          if (evolved.kind === 'changed') live.set(key, evolved.entry);
          touched.add(key);
        }
        const whole = fold(history);
        for (const key of touched) {
          const entry = whole.get(key);
          const isDropped = entry !== undefined && mayBeForgotten(entry) && !live.has(key);
          expect(isDropped ? undefined : entry).toEqual(live.get(key));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is no longer present, and may be forgotten unless an operator laid a status or weight over it', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        for (const entry of fold(history).values()) {
          const { override } = entry.record as InstanceView;
          const isLasting = override?.status !== undefined || override?.weight !== undefined;
          expect(mayBeForgotten(entry)).toBe(!isPresent(entry) && !isLasting);
        }
      }),
    );
  });
});
