import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exportSlice, type Replay, replayArchive, type ReplayOptions, type SliceOrder } from '#archive';
import { Auditor, foldJournal, History, silentLog, verifyView } from '#application';
import { headerNames } from '#contracts';
import type { ViewEntry } from '#domain';
import { createProjection, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { RollcallClient } from '#client';
import { anyHour, replayInto, startTestBroker, type TestBroker } from '#testkit';

const NOW_MS = Date.now();
const NAMESPACE = 'default';

let directory: string;
let broker: TestBroker;
let store: RegistryStore;
let history: History;
let last: number;
const opened: RegistryStore[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-replay-'));
  broker = await startTestBroker();
  store = await open();
  history = new History({ ...store, log: silentLog, nowMs: () => Date.now() });
  for (const [round, hour] of fc.sample(anyHour(), { numRuns: 40, seed: 5 }).entries()) {
    for (const [index, { type, aggregate, data }] of hour.entries())
      await store.journal.append({ id: `${round}-${index}`, type, aggregate, data, reason: 'für später' });
    // Also what nobody can read is part of what happened.
    await store.connection.request(
      `registry.v1.${NAMESPACE}.instance.orders.orders-1`,
      new Uint8Array([0xff]),
    );
  }
  await new Auditor({ journal: store.journal, source: store.audit, trail: store.audit }).catchUp();
  last = (await store.journal.ends()).lastSequence;
});
afterAll(async () => {
  for (const { journal, connection } of opened) {
    journal.close();
    await connection.close();
  }
  await broker.stop();
  await rm(directory, { recursive: true, force: true });
});

async function open(prefix = ''): Promise<RegistryStore> {
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password });
  const made = await openRegistryStore({ connection, prefix });
  opened.push(made);
  return made;
}

let files = 0;
async function exported(order: Partial<SliceOrder> = {}): Promise<string> {
  files += 1;
  const path = join(directory, `slice-${files}.ndjson.gz`);
  await exportSlice({ ...store, history }, path, { withBefore: true, nowMs: NOW_MS, ...order });
  return path;
}

let sandboxes = 0;
async function replayed(
  path: string,
  options: Partial<ReplayOptions> = {},
): Promise<{ there: RegistryStore; replay: Replay }> {
  sandboxes += 1;
  const prefix = `sandbox-${sandboxes}`;
  const replay = await replayArchive(path, { connection: store.connection, prefix, ...options });
  return { there: await open(prefix), replay };
}

const movable = new Set(['at', 'sequence', 'revision', 'registeredAt', 'registeredSequence']);

/** What a view says, without when and at which sequence it came about. */
function said(entries: ReadonlyMap<string, ViewEntry>): Record<string, unknown> {
  const text = JSON.stringify(
    Object.fromEntries([...entries].toSorted(([left], [right]) => (left < right ? -1 : 1))),
  );
  return JSON.parse(text, (key, value: unknown) => (movable.has(key) ? undefined : value)) as Record<
    string,
    unknown
  >;
}

const viewOf = async ({ journal }: RegistryStore) =>
  said((await foldJournal(journal, { toSequence: (await journal.ends()).lastSequence })).entries);

describe('a whole journal that is exported and replayed', () => {
  it('gives the same view, every event where it was, with its own time beside it', async () => {
    const { there, replay } = await replayed(await exported());
    expect(replay).toMatchObject({ before: 0, events: last, from: 1, to: last, sameSequence: last });
    const projection = createProjection(there);
    await projection.start();
    await projection.follower.reached(last, 20_000);
    expect(await verifyView(there.journal, there.bucket)).toMatchObject({ position: last, differences: [] });
    await projection.stop();
    expect(await viewOf(there)).toEqual(said(await history.entriesAt(last, {})));
    const [then, now] = [await store.journal.at(7), await there.journal.at(7)];
    expect(now?.text()).toBe(then?.text());
    expect(now?.header(headerNames.reason)).toBe('für später');
    expect(now?.header(headerNames.originalSequence)).toBe('7');
    expect(Date.parse(now?.header(headerNames.originalTime) ?? '')).toBe(then?.atMs);
  });
});

describe('a slice', () => {
  it('begins with what stood before it, wherever it was cut, and ends with what was there', async () => {
    const cuts = fc.tuple(fc.integer({ min: 2, max: last }), fc.integer({ min: 0, max: 60 }));
    for (const [from, length] of fc.sample(cuts, { numRuns: 6, seed: 3 })) {
      const to = Math.min(last, from + length);
      const path = await exported({ from: String(from), to: String(to) });
      sandboxes += 1;
      const prefix = `cut-${sandboxes}`;
      let before: Record<string, unknown> | undefined;
      const replay = await replayArchive(path, {
        connection: store.connection,
        prefix,
        onBefore: async () => void (before = await viewOf(await open(prefix))),
      });
      expect(replay).toMatchObject({ events: to - from + 1, sameSequence: to - from + 1, to });
      expect(before).toEqual(said(await history.entriesAt(from - 1, {})));
      const there = opened.at(-1) as RegistryStore;
      expect(await viewOf(there)).toEqual(said(await history.entriesAt(to, {})));
      // It is a registry like any other: it can be verified, and asked about any moment of the slice.
      const projection = createProjection(there);
      await projection.start();
      await projection.follower.reached(to, 20_000);
      expect(await verifyView(there.journal, there.bucket)).toMatchObject({ position: to, differences: [] });
      await projection.stop();
      const past = new History({ ...there, log: silentLog, nowMs: () => Date.now() });
      expect(said(await past.entriesAt(from, {}))).toEqual(said(await history.entriesAt(from, {})));
    }
  });

  it('of one service holds what was there of it and nothing else, verdicts about the same registrations', async () => {
    const service = { namespace: NAMESPACE, service: 'orders' };
    const from = Math.floor(last / 2);
    const { there, replay } = await replayed(await exported({ from: String(from), service }));
    expect(replay.events).toBeLessThan(last - from);
    expect(replay.before).toBeGreaterThan(0);
    expect(await viewOf(there)).toEqual(said(await history.entriesAt(last, service)));
  });

  it('is replayed at a pace', async () => {
    const path = await exported({ from: String(last - 30) });
    const [first, end] = [await store.journal.at(last - 30), await store.journal.at(last)];
    const lastedMs = (end?.atMs ?? 0) - (first?.atMs ?? 0);
    const speed = lastedMs / 300;
    const startedMs = performance.now();
    let sliceMs = 0;
    await replayed(path, { speed, onBefore: () => void (sliceMs = performance.now()) });
    expect(performance.now() - sliceMs).toBeGreaterThanOrEqual(295);
    expect(sliceMs).toBeGreaterThan(startedMs);
    const signal = AbortSignal.timeout(50);
    await expect(replayed(path, { speed: speed / 1_000, signal })).rejects.toThrow(/abort/);
  });
});

describe('a consumer in a test of its own', () => {
  it('connects to what stood before an incident, and lives through it, verdicts included', async () => {
    const registered = async (instance: string, incarnation: number): Promise<number> => {
      const names = { namespace: NAMESPACE, service: 'shop', instance };
      const aggregate = { kind: 'instance', ...names } as const;
      const endpoints = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }];
      const data = { ...names, incarnation, version: '1.0.0', leaseMs: 0, status: 'up', endpoints };
      const id = `${instance}-${incarnation}`;
      return store.journal.append({ id, type: 'rollcall.instance.registered.v1', aggregate, data });
    };
    const first = await registered('shop-1', 1);
    const from = await registered('shop-2', 1);
    // About a registration that has another sequence there.
    const names = { namespace: NAMESPACE, service: 'shop', instance: 'shop-1' };
    await store.journal.append({
      id: 'expired',
      type: 'rollcall.verdict.expired.v1',
      aggregate: { kind: 'verdict', ...names },
      data: {
        ...names,
        incarnation: 1,
        registeredSequence: first,
        state: 'expired',
        evidence: { signal: 'heartbeat-lapsed' },
      },
    });
    const path = await exported({ from: String(from), service: { namespace: NAMESPACE, service: 'shop' } });

    const own = await startTestBroker();
    const registry = await replayInto(own, path);
    const client = await RollcallClient.connect({ url: own.url, user: own.user, password: own.password });
    const seen = async (): Promise<string[]> =>
      (await client.discover('shop')).instances.map(({ instance }) => instance);
    expect(await seen()).toEqual(['shop-1']);
    const { to } = await registry.play();
    const { instances } = await client.discover('shop', { atLeast: to });
    expect(instances.map(({ instance }) => instance)).toEqual(['shop-2']);
    await client.close();
    await registry.stop();
    await own.stop();
  });
});

describe('what cannot be exported or replayed', () => {
  it.each([
    [{ from: '2001-01-01T00:00:00Z' }, 'ROLLCALL_BEFORE_HISTORY'],
    [{ from: '2999-01-01T00:00:00Z' }, 'ROLLCALL_AFTER_HISTORY'],
    [{ to: '999999' }, 'ROLLCALL_AFTER_HISTORY'],
    [{ from: 'yesterday' }, 'ROLLCALL_SEQUENCE_INVALID'],
    [{ from: '9', to: '3' }, 'ROLLCALL_NOT_FOUND'],
  ])('is refused: %j', async (order, code) => {
    await expect(exported(order)).rejects.toMatchObject({ code });
  });

  it('is a file that is there, or a registry that has events: both are left as they are', async () => {
    const path = await exported({ from: String(last) });
    const text = await readFile(path);
    await expect(
      exportSlice({ ...store, history }, path, { withBefore: true, nowMs: NOW_MS }),
    ).rejects.toMatchObject({ code: 'ROLLCALL_PLACE_TAKEN' });
    expect(await readFile(path)).toEqual(text);
    await expect(replayArchive(path, { connection: store.connection })).rejects.toThrow(`"REGISTRY" has `);
    expect((await store.journal.ends()).lastSequence).toBe(last + 3);
  });

  it('is an archive that was cut, or of which a line was changed, dropped, doubled or put in', async () => {
    const text = gunzipSync(await readFile(await exported({ from: '20', to: '60' }))).toString();
    const lines = text.trimEnd().split('\n');
    const at = lines.findIndex((line) => line.startsWith('{"sequence":40'));
    const event = lines[at] as string;
    const doctored: Record<string, readonly string[]> = {
      'was cut off after line': lines.slice(0, -1),
      'says another SHA-256': lines.with(
        at,
        event.replace('"subject":"registry.v1.', '"subject":"registry.v1.x'),
      ),
      'and its last line says': lines.toSpliced(at, 1),
      'after 40, does not belong there': lines.toSpliced(at, 0, event),
      'after 39, does not belong there': lines.with(at, event.replace('"subject":"', '"subject":"a b.')),
      'goes on behind its end': [...lines, event],
      'it is no part of an archive': lines.toSpliced(3, 0, '{"sequence":3}'),
      'an archive begins with': lines.slice(1),
    };
    for (const [what, bad] of Object.entries(doctored)) {
      const path = join(directory, 'doctored.ndjson');
      await writeFile(path, `${bad.join('\n')}\n`);
      const refusal = replayArchive(path, { connection: store.connection, prefix: 'never' });
      await expect(refusal).rejects.toThrow(what);
    }
    const names: string[] = [];
    for await (const name of store.manager.streams.names()) names.push(name);
    expect(names.filter((name) => name.startsWith('NEVER'))).toEqual([]);
  });
});
