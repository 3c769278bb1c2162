import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHour } from '#testkit';
import { aggregateKey, type ConfigView, type RegistryEvent, viewKeyOf } from '#contracts';
import { normalizeInstance } from '../instance/normalize.js';
import { departureOf, type InstanceState } from '../instance/state.js';
import { foldEvent, type FoldEntry } from '../view/fold-entry.js';
import { compensate } from './compensate.js';
import type { Compensating, Compensation, Undoing } from './undoing.js';

/** What changed each aggregate after a cut, with what stood before the first and stands after the last event. */
function undoingsAfter(history: readonly RegistryEvent[], cut: number): Undoing[] {
  const view = new Map<string, FoldEntry>();
  const lines = new Map<string, { before: FoldEntry | undefined; events: RegistryEvent[] }>();
  for (const [index, event] of history.entries()) {
    const key = viewKeyOf(event.aggregate);
    const before = view.get(key);
    const step = foldEvent(before, event);
    if (step.kind !== 'changed') continue;
    view.set(key, step.entry);
    if (index < cut) continue;
    const subject = aggregateKey(event.aggregate);
    const line = lines.get(subject) ?? { before, events: [] };
    line.events.push(event);
    lines.set(subject, line);
  }
  return [...lines.values()].map(({ before, events }) => {
    const [first, ...more] = events as [RegistryEvent, ...RegistryEvent[]];
    return { before, events: [first, ...more], now: view.get(viewKeyOf(first.aggregate)) };
  });
}

/** The entry after compensating events, each of which the view must take. */
function fold(now: FoldEntry | undefined, events: readonly Compensating[]): FoldEntry | undefined {
  let entry = now;
  for (const [index, { type, aggregate, data }] of events.entries()) {
    const sequence = 1_000 + index;
    const event = {
      id: `undo-${index}`,
      type,
      aggregate,
      data,
      sequence,
      atMs: now?.atMs ?? 0,
    } as RegistryEvent;
    const step = foldEvent(entry, event);
    if (step.kind !== 'changed') throw new Error(`${type} was ${step.kind}`);
    ({ entry } = step);
  }
  return entry;
}

const stateOf = (entry: FoldEntry | undefined): InstanceState =>
  entry !== undefined && 'state' in entry ? entry.state : {};

/** What an aggregate says, without where and when it said it. */
function saidBy(kind: string, entry: FoldEntry | undefined): unknown {
  const { registration, override } = stateOf(entry);
  if (kind === 'instance')
    return registration === undefined || registration.left ? 'gone' : normalizeInstance(registration.record);
  if (kind === 'override') {
    const { status, weight, evictedIncarnation } = override ?? {};
    return { status, weight, evictedIncarnation };
  }
  const plain = entry !== undefined && 'plain' in entry ? entry.plain : undefined;
  if (plain === undefined || 'departure' in plain) return kind === 'service' ? {} : 'gone';
  const { namespace: _n, revision: _r, ...said } = plain as ConfigView;
  const { restores: _o, changeSet: _c, schedule: _s, key: _k, ...content } = said;
  return kind === 'service' ? { ...content, service: undefined } : content;
}

/** Leaves out what is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What is wrong with an aggregate after what happened to it was undone; undefined when nothing is. */
function complaintAbout(undoing: Undoing, compensation: Compensation): string | undefined {
  if ('why' in compensation) return compensation.why === '' ? 'no word why' : undefined;
  const { kind } = undoing.events[0].aggregate;
  const after = fold(undoing.now, compensation);
  if (kind === 'verdict') return departureOf(stateOf(after));
  const [said, was] = [asJson(saidBy(kind, after)), asJson(saidBy(kind, undoing.before))];
  return isDeepStrictEqual(said, was)
    ? undefined
    : `${JSON.stringify(said)} instead of ${JSON.stringify(was)}`;
}

describe('what undoes events', () => {
  it('makes the aggregate say what it said before them, and the view takes it', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyHour(), fc.nat(40), (history, cut) => {
        for (const undoing of undoingsAfter(history, cut % history.length)) {
          const compensation = compensate(undoing);
          expect(complaintAbout(undoing, compensation)).toBe(undefined);
          if (!('why' in compensation)) seen.add(compensation.at(-1)?.type.split('.').at(-2) ?? '');
        }
      }),
      { numRuns: 3_000, seed: 4 },
    );
    const everything = [
      'reinstated',
      'deregistered',
      'updated',
      'suspected',
      'removed',
      'policy-set',
      'rolled-back',
    ];
    expect([...seen]).toEqual(expect.arrayContaining(everything));
  });

  it('returns whoever has a lease as a suspect', () => {
    fc.assert(
      fc.property(anyHour(), fc.nat(40), (history, cut) => {
        for (const undoing of undoingsAfter(history, cut % history.length)) {
          const compensation = compensate(undoing);
          if ('why' in compensation || departureOf(stateOf(undoing.now)) === undefined) continue;
          const after = stateOf(fold(undoing.now, compensation));
          if (!('instance' in undoing.events[0].aggregate) || departureOf(after) !== undefined) continue;
          expect(after.verdict?.state).toBe('suspected');
        }
      }),
    );
  });
});
