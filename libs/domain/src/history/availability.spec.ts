import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHour } from '#testkit';
import { aggregateKey, type RegistryEvent, viewKeyOf } from '#contracts';
import { fromTime, toTime } from '../time.js';
import type { ViewEntry } from '../view/entry.js';
import { evolve } from '../view/evolve.js';
import {
  type Condition,
  conditionOf,
  type InstanceAvailability,
  InstanceLedger,
  isReturning,
} from './availability.js';

const MINUTE = 60_000;
const base = Date.UTC(2026, 0, 1);
const at = (minutes: number): string => toTime(base + minutes * MINUTE);

/** An entry as the view would hold it: what is not said is of no matter here. */
function entry(minutes: number, record: object): ViewEntry {
  const whole = {
    service: 'orders',
    instance: 'orders-1',
    incarnation: 1,
    version: '1.0.0',
    status: 'up',
    ...record,
  };
  return {
    sequence: minutes + 1,
    at: at(minutes),
    cause: { id: 'e', type: 't' },
    record: whole,
  } as unknown as ViewEntry;
}

function over(minutes: number, entries: readonly ViewEntry[]): InstanceAvailability | undefined {
  const ledger = new InstanceLedger(base);
  for (const one of entries) ledger.become(one);
  return ledger.report(base + minutes * MINUTE);
}

const suspected = (minutes: number, heartbeatBefore = 0.1) => {
  const evidence = { signal: 'heartbeat-lapsed', lastHeartbeatAt: at(minutes - heartbeatBefore) };
  return entry(minutes, { status: 'suspect', verdict: { state: 'suspected', at: at(minutes), evidence } });
};
const expired = (minutes: number) =>
  entry(minutes, { status: 'down', departure: 'expired', verdict: { state: 'expired', evidence: {} } });

const undone = { signal: 'undo' };
const returning = (minutes: number) =>
  entry(minutes, { status: 'suspect', verdict: { state: 'suspected', evidence: undone } });
const expiredAgain = (minutes: number) =>
  entry(minutes, { status: 'down', departure: 'expired', verdict: { state: 'expired', evidence: undone } });
const left = (minutes: number) => entry(minutes, { status: 'down', departure: 'deregistered', left: true });

describe('the availability of an instance', () => {
  it('is full while it is up, and says nothing of time that was planned otherwise', () => {
    const entries = [entry(0, {}), entry(10, { status: 'maintenance' }), entry(20, {})];
    expect(over(30, entries)).toMatchObject({
      availableMs: 20 * MINUTE,
      plannedMs: 10 * MINUTE,
      outageMs: 0,
      uptimePercent: 100,
      outages: [],
    });
    expect(over(30, [entry(0, { status: 'starting' })])).not.toHaveProperty('uptimePercent');
    expect(over(30, [])).toBeUndefined();
  });

  it('lacks the time from a suspicion until it is back, and tells how long that took to be seen', () => {
    const back = entry(14, { verdict: { state: 'cleared', evidence: {} } });
    expect(over(20, [entry(0, {}), suspected(10), back])).toMatchObject({
      uptimePercent: 80,
      outages: [{ from: at(10), to: at(14), ms: 4 * MINUTE, detectedAfterMs: 6_000 }],
      flaps: 1,
      restarts: 0,
    });
  });

  it('counts as one outage until it is back, if it expired and comes back', () => {
    const found = over(30, [entry(0, {}), suspected(10), expired(11), entry(20, { incarnation: 2 })]);
    expect(found).toMatchObject({ outageMs: 10 * MINUTE, flaps: 0, restarts: 1 });
    expect(found?.outages).toMatchObject([{ from: at(10), to: at(20), ms: 10 * MINUTE }]);
  });

  it('counts until it was taken out, if it never comes back', () => {
    const found = over(60, [entry(0, {}), suspected(10), expired(11)]);
    expect(found).toMatchObject({ availableMs: 10 * MINUTE, outageMs: MINUTE });
    expect(found?.outages).toMatchObject([{ from: at(10), to: at(11), ms: MINUTE }]);
  });

  it('has an open end when it is out at the end of the window', () => {
    const found = over(12, [entry(0, {}), suspected(10)]);
    expect(found?.outages).toMatchObject([{ from: at(10), ms: 2 * MINUTE }]);
    expect(found?.outages[0]).not.toHaveProperty('to');
  });

  it('marks deploys, and counts restarts of the same version as that', () => {
    const entries = [
      entry(0, {}),
      entry(5, { incarnation: 2 }),
      entry(9, { incarnation: 3, version: '1.1.0' }),
    ];
    expect(over(10, entries)).toMatchObject({
      restarts: 2,
      version: '1.1.0',
      deploys: [{ at: at(9), from: '1.0.0', to: '1.1.0' }],
    });
  });

  it('is not changed by an undo of a good-bye or an expiry before the instance shows itself', () => {
    const back = entry(25, { verdict: { state: 'cleared', evidence: {} } });
    const gone = [entry(0, {}), suspected(10), expired(11)];
    const times = { availableMs: 15 * MINUTE, plannedMs: 15 * MINUTE, outages: [], flaps: 0 };
    expect(over(30, [entry(0, {}), left(10), returning(20), back])).toMatchObject(times);
    expect(over(30, [entry(0, {}), left(10), returning(20)])).toMatchObject({
      plannedMs: 20 * MINUTE,
      outages: [],
    });
    expect(over(30, [...gone, returning(20)])).toEqual(over(30, gone));
    expect(over(30, [...gone, returning(20), back])).toEqual(over(30, [...gone, back]));
    expect(over(30, [returning(0), back])).toMatchObject({ plannedMs: 25 * MINUTE, outages: [] });
  });

  it('is not changed either when nothing is heard of it after the undo: it expires, and that is no outage', () => {
    const anew = entry(25, { incarnation: 2 });
    const gone = [entry(0, {}), suspected(10), expired(11)];
    expect(over(30, [entry(0, {}), left(10), returning(20), expiredAgain(21), anew])).toMatchObject({
      availableMs: 15 * MINUTE,
      plannedMs: 15 * MINUTE,
      outageMs: 0,
      outages: [],
    });
    expect(over(30, [...gone, returning(20), expiredAgain(21), anew])).toEqual(over(30, [...gone, anew]));
  });

  it('has no outage between a good-bye and the next sign of life, however often it is undone', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(left, returning, expiredAgain)), (steps) => {
        const told = steps.map((step, index) => step(11 + index));
        const back = 11 + steps.length;
        expect(over(back + 1, [entry(0, {}), left(10), ...told, entry(back, {})])).toMatchObject({
          availableMs: 11 * MINUTE,
          plannedMs: (back - 10) * MINUTE,
          outages: [],
        });
      }),
    );
  });

  it('of any history equals what is found by looking at every millisecond of it', () => {
    fc.assert(
      fc.property(anyHour(), (history) => {
        const entries = entriesOf(history, 'default.instance.orders.orders-1');
        const [fromMs, toMs] = [(history[0] as RegistryEvent).atMs, (history.at(-1) as RegistryEvent).atMs];
        const ledger = new InstanceLedger(fromMs);
        for (const one of entries) ledger.become(one);
        const { availableMs = 0, plannedMs = 0, outageMs = 0 } = ledger.report(toMs) ?? {};
        expect({ availableMs, plannedMs }).toEqual({
          availableMs: msIn(entries, 'available', toMs),
          plannedMs: msIn(entries, 'planned', toMs),
        });
        expect(availableMs + plannedMs + outageMs).toBeLessThanOrEqual(toMs - fromMs);
      }),
    );
  });
});

/** Every entry that stood under a key, in order. */
function entriesOf(history: readonly RegistryEvent[], wanted: string): ViewEntry[] {
  const entries: ViewEntry[] = [];
  for (const event of history) {
    const key = viewKeyOf(event.aggregate, aggregateKey(event.aggregate));
    if (key !== wanted) continue;
    const evolved = evolve(entries.at(-1), event);
    if (evolved.kind === 'changed') entries.push(evolved.entry);
  }
  return entries;
}

/** How long entries said a condition, each until the next one. */
function msIn(entries: readonly ViewEntry[], condition: Condition, toMs: number): number {
  return entries.reduce((sum, one, index) => {
    const next = entries[index + 1];
    const untilMs = next === undefined ? toMs : fromTime(next.at);
    return shownBy(entries.slice(0, index + 1)) === condition ? sum + untilMs - fromTime(one.at) : sum;
  }, 0);
}

/** Who returns by an undo is what it was when it went. */
function shownBy(entries: readonly ViewEntry[]): Condition {
  const shown = entries.findLast((one) => !isReturning(one));
  return shown === undefined ? 'planned' : conditionOf(shown);
}
