import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, type RawEvent, viewKeyOf } from '#contracts';
import { configRefusal, History, silentLog, SnapshotMaker, timelineOf } from '#application';
import { evolve, type ViewEntry } from '#domain';
import { JetStreamSnapshots, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { anyHour, startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
/** The journal as it was written, with what was refused or could not be read. */
const written: RawEvent[] = [];
const warnings: string[] = [];
const log = { ...silentLog, warn: (text: string) => void warnings.push(text) };

const nowMs = (): number => Date.now();

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  for (const [round, history] of fc.sample(anyHour(), { numRuns: 34, seed: 16 }).entries()) {
    for (const [index, { type, aggregate, data }] of history.entries()) {
      await store.journal.append({ id: `${round}-${index}`, type, aggregate, data });
    }
    await connection.request(
      store.subjects.journal({ kind: 'instance', namespace: 'default', ...junk }),
      `{${round}`,
    );
  }
  await store.journal.read({}, (raw) => written.push(raw));
});
afterAll(async () => {
  store.journal.close();
  await store.connection.close();
  await broker.stop();
});

const junk = { service: 'orders', instance: 'orders-1' };

/** The prefix of the journal, one event after the other, by the rule of the view. */
function viewOfPrefix(sequence: number): Map<string, ViewEntry> {
  const view = new Map<string, ViewEntry>();
  for (const raw of written.filter((event) => event.sequence <= sequence)) {
    const decoded = decodeEvent(raw);
    if (decoded.kind !== 'event') continue;
    const key = viewKeyOf(decoded.event.aggregate, raw.key);
    if (configRefusal(decoded.event, (other) => view.get(other)) !== undefined) continue;
    const evolved = evolve(view.get(key), decoded.event);
    if (evolved.kind === 'changed') view.set(key, evolved.entry);
  }
  return view;
}

const ofService = (view: Map<string, ViewEntry>, service: string): Map<string, ViewEntry> =>
  new Map([...view].filter(([key]) => key.split('.')[2] === service && !key.includes('.config')));
const sorted = (view: Map<string, ViewEntry>): [string, ViewEntry][] =>
  [...view].toSorted(([left], [right]) => (left < right ? -1 : 1));
const historian = (): History =>
  new History({ ...store, snapshots: new JetStreamSnapshots(store, store.manager), log, nowMs });

/** Cuts that are looked at: every one there is, or some. */
const everyCut = (): number[] => written.map(({ sequence }) => sequence);
const someCuts = (): number[] => [
  ...fc.sample(fc.constantFrom(...everyCut()), { numRuns: 30, seed: 3 }),
  written.length,
];

async function expectExact(history: History, sequence: number): Promise<void> {
  const expected = viewOfPrefix(sequence);
  const config = { namespace: 'default', application: 'orders', key: 'DATABASE_URL' };
  const [all, service, key] = await Promise.all([
    history.entriesAt(sequence, {}),
    history.entriesAt(sequence, { namespace: 'default', service: 'orders' }),
    history.entriesAt(sequence, config),
  ]);
  expect(sorted(all)).toEqual(sorted(expected));
  expect(sorted(service)).toEqual(sorted(ofService(expected, 'orders')));
  const ofKey = [...expected].filter(([name]) => /config.*\.orders\.(DATABASE_URL|=application)$/.test(name));
  expect(sorted(key)).toEqual(sorted(new Map(ofKey)));
}

async function expectExactAt(history: History, cuts: readonly number[]): Promise<void> {
  for (let start = 0; start < cuts.length; start += 8)
    await Promise.all(cuts.slice(start, start + 8).map((sequence) => expectExact(history, sequence)));
}

describe('the registry as of a sequence', () => {
  it('equals the view of the prefix at every cut, refused events and unreadable ones included', async () => {
    const refused = { config: 0, instances: 0, unreadable: 0 };
    for await (const { type, refused: why } of timelineOf(store.journal, { from: 1, to: written.length })) {
      if (why === undefined) continue;
      refused[type === 'unreadable' ? 'unreadable' : type.includes('.config.') ? 'config' : 'instances'] += 1;
    }
    expect(Math.min(...Object.values(refused))).toBeGreaterThanOrEqual(3);
    await expectExactAt(historian(), everyCut());
  });

  it('is the same from snapshots and the events behind them', async () => {
    const maker = new SnapshotMaker({ ...store, log, eventsMin: 25 });
    const marks = [];
    for (let mark = await maker.makeNext(); mark !== undefined; mark = await maker.makeNext())
      marks.push(mark);
    expect(marks.length).toBeGreaterThan(3);
    expect(marks[0]).toMatchObject({ position: 25 });
    for (const { position, keys } of marks) expect(keys).toBe(viewOfPrefix(position).size);
    await expectExactAt(historian(), everyCut());
    expect(warnings).toEqual([]);
  });

  it('is right also when a snapshot was tampered with: it is passed over, and that is told', async () => {
    const newest = (await store.snapshots.marks()).at(-1)?.position as number;
    const subject = `${store.subjects.snapshots}${newest}.part.default.service.orders.0`;
    await store.connection.request(subject, '["default.instance.orders.orders-1",{"sequence":1}]');
    await expectExactAt(historian(), someCuts());
    expect(new Set(warnings)).toEqual(new Set(['a snapshot cannot be used; an older one is taken']));
  });
});

describe('a journal that took the place of another one', () => {
  it('is never told by the snapshots of the other one, which are dropped when the next is made', async () => {
    const log = silentLog;
    const foreign = new Map([
      ['default.instance.orders.ghost', viewOfPrefix(60).values().next().value as ViewEntry],
    ]);
    await store.snapshots.save({ position: 60, at: '2001-01-01T00:00:00.000Z' }, foreign);
    await store.snapshots.save({ position: 9_999, at: '2001-01-01T00:00:00.000Z' }, foreign);
    expect(sorted(await historian().entriesAt(61, {}))).toEqual(sorted(viewOfPrefix(61)));
    const maker = new SnapshotMaker({ ...store, log, eventsMin: 25 });
    for (let mark = await maker.makeNext(); mark !== undefined; mark = await maker.makeNext());
    const positions = (await store.snapshots.marks()).map(({ position }) => position);
    expect(positions).not.toContain(9_999);
    expect(positions.at(-1)).toBeLessThanOrEqual(written.length);
  });
});

describe('a moment', () => {
  it('by its time is the last event stored up to then', async () => {
    const history = historian();
    for (const { sequence, atMs } of [written[0], written.at(-1), written[60]] as RawEvent[]) {
      const lastOfMs = written.findLast((event) => event.atMs <= atMs)?.sequence;
      const at = new Date(atMs).toISOString();
      expect(await history.moment(at)).toEqual({ sequence: lastOfMs, at });
      expect(await history.moment(String(sequence))).toEqual({ sequence, at });
    }
    expect((await history.moment('-0s')).sequence).toBe(written.length);
  });

  it.each([
    ['2001-01-01', 'ROLLCALL_BEFORE_HISTORY', 'lies before history, which begins with sequence 1, 20'],
    ['0', 'ROLLCALL_BEFORE_HISTORY', 'lies before history'],
    ['999999', 'ROLLCALL_AFTER_HISTORY', 'the last event has sequence'],
    ['2999-01-01', 'ROLLCALL_AFTER_HISTORY', 'has not happened yet: it is 20'],
    ['yesterday', 'ROLLCALL_SEQUENCE_INVALID', '"yesterday" is no place in the journal'],
  ])('%s is refused with %s', async (text, code, words) => {
    const refusal = historian().moment(text);
    await expect(refusal).rejects.toMatchObject({ code });
    await expect(refusal).rejects.toThrow(words);
  });
});
