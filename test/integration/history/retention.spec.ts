import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregateKey, eventTypes, type InstanceAggregateId, type InstanceView } from '#contracts';
import {
  Auditor,
  ConfigService,
  foldJournal,
  History,
  type JournalLimits,
  type Retention,
  silentLog,
  verifyView,
} from '#application';
import { exportSlice, replayArchive } from '#archive';
import { JetStreamJournalCutter, openRegistryStore } from '#jetstream';
import { connectBroker, watchConnection } from '#nats';
import { readSettings } from '#platform';
import { openRegistry } from '#server';
import { openSqlDatabase, SqlProjection } from '#sql';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';
import { HEADROOM, smallRetention } from './small-retention.js';

const AGE_MS = 1_500;
let registry: TestRegistry;
let told = 0;

const idOf = (instance: string): InstanceAggregateId => ({
  kind: 'instance',
  namespace: 'default',
  service: 'orders',
  instance,
});
const viewOf = (instance: string): InstanceView =>
  registry.projection.table.get(aggregateKey(idOf(instance)))?.entry.record as InstanceView;

async function say(instance: string, type: string, version: string, expectedRevision?: number) {
  const sequence = await append(instance, type, version, expectedRevision);
  await registry.projection.follower.reached(sequence);
  return sequence;
}

function append(instance: string, type: string, version: string, expectedRevision?: number) {
  const { kind: _kind, ...names } = idOf(instance);
  const leaseMs = instance === 'back' ? 60_000 : 0;
  const data = { ...names, incarnation: 1, version, status: 'up', endpoints: [], leaseMs };
  const event = { id: randomUUID(), type, aggregate: idOf(instance), data, actor: 'ada' };
  return registry.store.journal.append(event, expectedRevision === undefined ? {} : { expectedRevision });
}

const retention = (
  manager?: Pick<JetStreamManager, 'streams'>,
  wanted: JournalLimits = { ageMsMax: AGE_MS },
): Retention => smallRetention(registry, wanted, manager);

const past = (): History => new History({ ...registry.store, log: silentLog, nowMs: () => Date.now() });

const audit = (): Promise<unknown> => {
  const { journal, audit: trail } = registry.store;
  return new Auditor({ journal, source: trail, trail }).catchUp();
};

/** The limits the broker holds the journal to. */
async function standing() {
  const { manager, streams } = registry.store;
  const { max_msgs, max_age } = (await manager.streams.info(streams.journal)).config;
  return { max_msgs, max_age };
}

const first = async (): Promise<number> => (await registry.store.journal.ends()).firstSequence;

const caughtUp = (): Promise<void> =>
  eventually(
    async () => registry.projection.projector.position === (await registry.store.journal.ends()).lastSequence,
    'the view has caught up',
  );

/** Until the journal has lost its first events. */
async function cut(cutter: Retention = retention()): Promise<void> {
  const before = await first();
  await eventually(async () => {
    await audit();
    await caughtUp();
    await cutter.work();
    return (await first()) > before;
  }, 'the journal is cut');
}

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.store.connection.flush();
  // In one moment, as far as the first cut is concerned.
  await Promise.all([
    append('quiet', eventTypes.instanceRegistered, '1.0.0'),
    append('quiet', eventTypes.instanceUpdated, '1.0.1'),
    append('dead', eventTypes.instanceRegistered, '1.0.0'),
    append('dead', eventTypes.instanceDeregistered, '1.0.0'),
  ]);
  // So much later that it is not yet too old when those are.
  await new Promise((resolve) => setTimeout(resolve, AGE_MS / 5));
  await say('late', eventTypes.instanceRegistered, '1.0.0');
  await say('late', eventTypes.instanceUpdated, '1.0.1');
  await say('late', eventTypes.instanceUpdated, '1.0.2');
});
afterAll(() => registry.stop());

describe('a journal with a limit of age', () => {
  it('loses what is old, keeps what is alive, and nobody notices', async () => {
    const before = viewOf('quiet');
    await cut();
    await caughtUp();
    expect(await first()).toBe(5);
    expect(viewOf('quiet')).toEqual(before);
    expect(await registry.store.journal.last(idOf('quiet'))).toMatchObject({ sequence: 2, actor: 'ada' });
    expect(await registry.store.journal.last(idOf('dead'))).toBeUndefined();
    expect(await standing()).toEqual({ max_msgs: -1, max_age: 0 });
  });

  it('verifies as its oldest snapshot and the events behind it', async () => {
    const { journal, bucket, snapshots } = registry.store;
    const report = await verifyView(journal, bucket, { snapshots });
    expect(report).toMatchObject({ differences: [], fromSnapshot: 4 + HEADROOM });
  });

  it('says since when history exists, and is exact from there on', async () => {
    const history = past();
    await expect(history.moment('2')).rejects.toMatchObject({
      code: 'ROLLCALL_BEFORE_HISTORY',
      what: expect.stringContaining('begins with sequence 7'),
    });
    const entries = await history.entriesAt(7, { namespace: 'default', service: 'orders' });
    expect(entries.get(aggregateKey(idOf('quiet')))?.record).toEqual(viewOf('quiet'));
    await history.timeline({ place: {} });
  });

  it('takes the revision everybody knows, and refuses another', async () => {
    const known = viewOf('quiet').revision;
    await expect(say('quiet', eventTypes.instanceUpdated, '9.9.9', known - 1)).rejects.toMatchObject({
      code: 'ROLLCALL_REVISION_CONFLICT',
    });
    const batch = { id: randomUUID(), type: eventTypes.instanceUpdated, aggregate: idOf('quiet') };
    const data = {
      ...((await registry.store.journal.last(idOf('quiet')))?.data as object),
      version: '1.1.0',
    };
    told = await registry.store.journal.appendBatch([{ ...batch, data, expectedRevision: known }]);
    await registry.projection.follower.reached(told);
    expect(viewOf('quiet')).toMatchObject({ version: '1.1.0', registeredSequence: 1, revision: told });
  });

  it('is cut again, and a carried event is carried on', async () => {
    const before = viewOf('quiet');
    await cut();
    await cut();
    expect(await registry.store.journal.last(idOf('quiet'))).toMatchObject({ sequence: told });
    await say('quiet', eventTypes.instanceUpdated, '1.2.0', told);
    expect(viewOf('quiet')).toMatchObject({ registeredAt: before.registeredAt, version: '1.2.0' });
  });

  it('gives the same view to a projector that begins with nothing', async () => {
    const { store, projection } = registry;
    const held = () =>
      Object.fromEntries([...projection.table.slots()].map(({ key, entry }) => [key, entry]));
    const before = held();
    await store.manager.streams.purge(store.streams.view);
    projection.projector.restartTerm();
    await caughtUp();
    expect(held()).toEqual(before);
    const report = await verifyView(store.journal, store.bucket, { snapshots: store.snapshots });
    expect(report.differences).toEqual([]);
  });
});

describe('what was carried', () => {
  let cutAt = 0;

  it('still says who is a suspect because a good-bye was taken back', async () => {
    const { instanceRegistered, instanceDeregistered, instanceReinstated, instanceUpdated } = eventTypes;
    for (const type of [instanceRegistered, instanceDeregistered, instanceReinstated, instanceUpdated])
      await say('back', type, '1.0.0');
    const before = viewOf('back');
    expect(before).toMatchObject({ status: 'suspect', verdict: { evidence: { signal: 'undo' } } });
    for (let count = 0; count <= HEADROOM; count += 1)
      cutAt = await say('late', eventTypes.instanceUpdated, '1.0.1');
    while ((await first()) <= before.revision) await cut();
    const { journal } = registry.store;
    const all = { fromSequence: await first(), toSequence: (await journal.ends()).lastSequence };
    const { entries } = await foldJournal(journal, all);
    expect(entries.get(aggregateKey(idOf('back')))?.record).toEqual(before);
  });

  it.each([{}, { service: { namespace: 'default', service: 'orders' } }])(
    'is exported with what was carried, and replayed (%j)',
    async (place) => {
      const directory = await mkdtemp(join(tmpdir(), 'rollcall-retention-'));
      const { store } = registry;
      const history = past();
      const path = join(directory, 'slice.ndjson.gz');
      const from = String(Math.max(cutAt, await history.begins()));
      const order = { from, withBefore: true, nowMs: Date.now(), ...place };
      await exportSlice({ ...store, history }, path, order);
      const prefix = `sandbox-${Object.keys(place).length}`;
      await replayArchive(path, { connection: store.connection, prefix });
      await rm(directory, { recursive: true });
      const there = await openRegistryStore({ connection: store.connection, prefix });
      const event = await say('quiet', eventTypes.instanceUpdated, '3.0.0');
      const next = (await store.journal.at(event))?.text() ?? '';
      await there.journal.append({
        id: randomUUID(),
        type: eventTypes.instanceUpdated,
        aggregate: idOf('quiet'),
        data: JSON.parse(next) as unknown,
      });
      const { lastSequence } = await there.journal.ends();
      const { entries } = await foldJournal(there.journal, { toSequence: lastSequence });
      const shown = (view: InstanceView | undefined) => ({
        ...view,
        verdict: view?.verdict?.state,
        revision: 0,
        registeredSequence: 0,
        registeredAt: '',
      });
      for (const instance of ['quiet', 'late', 'back']) {
        const found = entries.get(aggregateKey(idOf(instance)))?.record as InstanceView | undefined;
        expect(shown(found)).toEqual(shown(viewOf(instance)));
      }
      there.journal.close();
    },
  );
});

describe('an archive from the first event of a cut journal', () => {
  it('begins with what was carried and stood before it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-retention-'));
    const { store } = registry;
    const history = past();
    const path = join(directory, 'all.ndjson.gz');
    const slice = await exportSlice({ ...store, history }, path, { withBefore: true, nowMs: Date.now() });
    expect(slice.from).toBe(await first());
    const replay = await replayArchive(path, { connection: store.connection, prefix: 'sandbox-all' });
    await rm(directory, { recursive: true });
    const there = await openRegistryStore({ connection: store.connection, prefix: 'sandbox-all' });
    const { entries } = await foldJournal(there.journal, { toSequence: slice.from - 1 });
    expect(replay).toMatchObject({ before: slice.before });
    for (const instance of ['quiet', 'late']) {
      const found = entries.get(aggregateKey(idOf(instance)))?.record;
      expect(found).toMatchObject({ status: 'up', registeredSequence: expect.any(Number) });
    }
    there.journal.close();
  });
});

describe('who wrote before a cut', () => {
  it('goes on behind it: the SDK with what it registered, config with the revision that was read', async () => {
    const { store, projection } = registry;
    const identity = { newId: randomUUID, nowIso: () => new Date().toISOString() };
    const config = new ConfigService({ journal: store.journal, identity, view: () => projection.follower });
    const application = { namespace: 'default', application: 'orders' };
    const write = (value: string, revision: number) => {
      const change = {
        key: 'greeting',
        content: { contentType: 'text', value },
        expected: { revision },
      } as const;
      return config.write(application, [change], { actor: 'ada' });
    };
    const claim = { service: 'orders', version: '1.0.0', endpoints: [] };
    const client = await registry.client();
    const [sdk, leaver] = [
      await client.register({ ...claim, instance: 'sdk' }),
      await client.register({ ...claim, instance: 'leaver' }),
    ];
    const { sequence: known } = await write('hello', 0);
    for (let count = 0; count <= HEADROOM; count += 1) await say('late', eventTypes.instanceUpdated, '1.0.3');
    while ((await first()) <= known) await cut();
    for (const aggregate of [idOf('sdk'), idOf('leaver')])
      expect(await store.journal.last(aggregate)).toMatchObject({ place: expect.any(Number) });

    await caughtUp();
    await projection.follower.reached(await sdk.update({ version: '1.1.0' }));
    expect(viewOf('sdk')).toMatchObject({ version: '1.1.0', status: 'up' });
    await leaver.deregister();
    await caughtUp();
    expect(viewOf('leaver')).toMatchObject({ departure: 'deregistered' });
    await expect(write('wrong', known - 1)).rejects.toMatchObject({ code: 'ROLLCALL_CONFIG_CONFLICT' });
    const { sequence: next } = await write('good day', known);
    await projection.follower.reached(next);
    await expect(write('late', known)).rejects.toMatchObject({ code: 'ROLLCALL_CONFIG_CONFLICT' });
  }, 20_000);
});

describe('SQL tables', () => {
  it('that begin on a cut journal are what the view is, dead and alive, and go on at their place only where nothing is missing', async () => {
    const { journal, snapshots } = registry.store;
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-cut-'));
    const database = await openSqlDatabase(join(directory, 'view.db'));
    const projected = async (writers = 1): Promise<void> => {
      const tables = Array.from(
        { length: writers },
        () => new SqlProjection({ journal, snapshots, database }),
      );
      await Promise.all(tables.map((one) => one.start()));
      const { lastSequence } = await journal.ends();
      for (const one of tables) await one.reached(lastSequence);
      for (const one of tables) await one.stop();
    };
    const oldest = async () =>
      (await database.kysely.selectFrom('events').select('sequence').orderBy('sequence').executeTakeFirst())
        ?.sequence;
    await caughtUp();
    // Two registries may begin with empty tables at once.
    await projected(2);
    const begins = await first();
    const view = [...registry.projection.table.slots()].map(({ entry }) => entry);
    const held = async (table: 'instances' | 'config') =>
      (await database.kysely.selectFrom(table).select('entry').execute())
        .map(({ entry }) => entry)
        .toSorted();
    const shown = (field: string) =>
      view.filter(({ record }) => field in record).map((entry) => JSON.stringify(entry));
    expect(await held('instances')).toEqual(shown('instance').toSorted());
    expect(shown('departure')).not.toEqual([]);
    expect(await held('config')).toEqual(shown('key'));
    expect(await oldest()).toBe(begins);
    await cut();
    await projected();
    expect(await oldest()).toBe(begins);

    const at = (position: number) =>
      database.kysely.updateTable('rollcall_projection').set({ position }).execute();
    await at((await first()) - 2);
    await projected();
    expect(await oldest()).toBe(await first());
    await database.close();
    await rm(directory, { recursive: true });
  }, 20_000);
});

describe('a limit that its leader did not live to lift', () => {
  /** Its connection ends with the first change of the stream: the limit stands, and nobody comes back to lift it. */
  async function dyingManager(): Promise<Pick<JetStreamManager, 'streams'>> {
    const { url, user, password } = registry.broker;
    const connection = await connectBroker({ url, user, password, name: 'dying leader' });
    const { streams } = await jetstreamManager(connection);
    const update: typeof streams.update = async (...change) => {
      const info = await streams.update(...change);
      await connection.close();
      return info;
    };
    return { streams: Object.assign(Object.create(streams), { update }) as typeof streams };
  }

  const living = () => ['quiet', 'late'].map((instance) => registry.store.journal.last(idOf(instance)));

  it('leaves what is alive in the journal also when far more is written than during a cut', async () => {
    const { store } = registry;
    const cutter = new JetStreamJournalCutter(store.manager, store.streams.journal);
    const fill = async (count: number): Promise<void> => {
      for (let said = 0; said < count; said += 1) await say('filler', eventTypes.instanceUpdated, `${said}`);
    };
    await say('filler', eventTypes.instanceRegistered, '0');
    const alive = await say('alone', eventTypes.instanceRegistered, '1.0.0');
    // Then a cut of an eighth does not come near it.
    await fill(3 * (alive - (await first())));
    await audit();
    await caughtUp();
    const { bytes } = await cutter.size();
    await expect(retention(await dyingManager(), { bytesMax: bytes - 1 }).work()).rejects.toMatchObject({
      code: 'ROLLCALL_BROKER_UNREACHABLE',
    });
    expect(await first()).toBeLessThan(alive - 2 * HEADROOM);
    await fill(alive - (await first()) + 1);
    expect(await first()).toBeGreaterThan(alive);
    expect(await store.journal.last(idOf('alone'))).toMatchObject({ sequence: alive });
    await cutter.lift();
  });

  it('takes nothing that was not carried, through a crash of the broker and while more is written', async () => {
    const before = [viewOf('quiet'), viewOf('late')];
    for (let count = 0; count <= 2 * HEADROOM; count += 1)
      await say('new', eventTypes.instanceRegistered, '1');
    await expect(cut(retention(await dyingManager()))).rejects.toMatchObject({
      code: 'ROLLCALL_BROKER_UNREACHABLE',
    });
    // Not of age: a journal at rest loses nothing.
    expect(await standing()).toEqual({ max_msgs: expect.any(Number), max_age: 0 });
    expect((await standing()).max_msgs).toBeGreaterThan(HEADROOM);
    const begins = await first();
    const { connection } = registry.store;
    const isBack = new Promise<void>((onReconnect) => watchConnection(connection, { onReconnect }));
    await registry.broker.kill();
    await registry.broker.restart();
    await isBack;
    await caughtUp();
    expect(await first()).toBe(begins);
    for (let count = 0; count < HEADROOM; count += 1) await say('new', eventTypes.instanceUpdated, '2');
    expect(await first()).toBe(begins + HEADROOM);
    expect(await Promise.all(living())).toEqual(
      before.map(({ revision: sequence }) => expect.objectContaining({ sequence })),
    );
    const { journal, bucket, snapshots } = registry.store;
    expect((await verifyView(journal, bucket, { snapshots })).differences).toEqual([]);
    expect([viewOf('quiet'), viewOf('late')]).toEqual(before);
  });

  it('is lifted by who leads, also when it opens the journal, and where the journal may grow as it likes', async () => {
    const { broker, store, projection } = registry;
    expect((await standing()).max_msgs).toBeGreaterThan(0);
    await projection.projector.stop();
    const { url, user, password } = broker;
    const connection = await connectBroker({ url, user, password, name: 'next leader' });
    const { settings } = readSettings({});
    const next = await openRegistry(connection, { name: 'next leader', settings, log: silentLog });
    expect(await standing()).toEqual({ max_msgs: -1, max_age: 0 });
    const { config } = await store.manager.streams.info(store.streams.journal);
    await store.manager.streams.update(store.streams.journal, { ...config, max_msgs: 1_000 });
    await eventually(async () => (await standing()).max_msgs === -1, 'the limit is lifted');
    await next.leave(true);
    await connection.close();
  });
});
