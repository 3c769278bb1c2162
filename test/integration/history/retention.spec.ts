import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nanos } from '@nats-io/nats-core';
import { aggregateKey, eventTypes, type InstanceAggregateId, type InstanceView } from '#contracts';
import {
  Auditor,
  Carrier,
  foldJournal,
  History,
  Retention,
  silentLog,
  SnapshotMaker,
  verifyView,
} from '#application';
import { exportSlice, replayArchive } from '#archive';
import { JetStreamJournalCutter, openRegistryStore } from '#jetstream';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';

const AGE_MS = 1_500;
const SLACK_MS = 100;
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
  const { kind: _kind, ...names } = idOf(instance);
  const leaseMs = instance === 'back' ? 60_000 : 0;
  const data = { ...names, incarnation: 1, version, status: 'up', endpoints: [], leaseMs };
  const event = { id: randomUUID(), type, aggregate: idOf(instance), data, actor: 'ada' };
  const sequence = await registry.store.journal.append(
    event,
    expectedRevision === undefined ? {} : { expectedRevision },
  );
  await registry.projection.follower.reached(sequence);
  return sequence;
}

function retention(): Retention {
  const { store, projection } = registry;
  const { journal, snapshots, audit, manager, streams } = store;
  return new Retention({
    journal,
    snapshots,
    log: silentLog,
    slackMs: SLACK_MS,
    limits: { ageMsMax: AGE_MS },
    maker: new SnapshotMaker({ journal, snapshots, log: silentLog }),
    cutter: new JetStreamJournalCutter(manager, streams.journal),
    audited: async () => (await audit.last())?.block.to ?? 0,
    carrier: new Carrier({
      journal,
      known: (key) => projection.table.get(key)?.entry,
      position: () => projection.projector.position ?? 0,
      newId: randomUUID,
    }),
  });
}

const audit = (): Promise<unknown> => {
  const { journal, audit: trail } = registry.store;
  return new Auditor({ journal, source: trail, trail }).catchUp();
};

const first = async (): Promise<number> => (await registry.store.journal.ends()).firstSequence;

/** Until the journal has lost its first events. */
async function cut(): Promise<void> {
  const before = await first();
  const cutter = retention();
  await eventually(async () => {
    await audit();
    await cutter.work();
    return (await first()) > before;
  }, 'the journal is cut');
}

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.store.connection.flush();
  await say('quiet', eventTypes.instanceRegistered, '1.0.0');
  await say('quiet', eventTypes.instanceUpdated, '1.0.1');
  await say('dead', eventTypes.instanceRegistered, '1.0.0');
  await say('dead', eventTypes.instanceDeregistered, '1.0.0');
  // Broker times that are further apart than the slack: what is closer is cut together.
  await new Promise((resolve) => setTimeout(resolve, 3 * SLACK_MS));
  await say('late', eventTypes.instanceRegistered, '1.0.0');
});
afterAll(() => registry.stop());

describe('a journal with a limit of age', () => {
  it('loses what is old, keeps what is alive, and nobody notices', async () => {
    const before = viewOf('quiet');
    await cut();
    await eventually(
      async () =>
        registry.projection.projector.position === (await registry.store.journal.ends()).lastSequence,
      'the view has caught up',
    );
    expect(viewOf('quiet')).toEqual(before);
    expect(await registry.store.journal.last(idOf('quiet'))).toMatchObject({ sequence: 2, actor: 'ada' });
    expect(await registry.store.journal.last(idOf('dead'))).toBeUndefined();
    const { max_age, duplicate_window } = (
      await registry.store.manager.streams.info(registry.store.streams.journal)
    ).config;
    expect([max_age, duplicate_window]).toEqual([0, 120_000_000_000]);
  });

  it('verifies as its oldest snapshot and the events behind it', async () => {
    const { journal, bucket, snapshots } = registry.store;
    const report = await verifyView(journal, bucket, { snapshots });
    expect(report).toMatchObject({ differences: [], fromSnapshot: 4 });
  });

  it('says since when history exists, and is exact from there on', async () => {
    const history = new History({ ...registry.store, log: silentLog, nowMs: () => Date.now() });
    await expect(history.moment('2')).rejects.toMatchObject({
      code: 'ROLLCALL_BEFORE_HISTORY',
      what: expect.stringContaining('begins with sequence 5'),
    });
    const entries = await history.entriesAt(5, { namespace: 'default', service: 'orders' });
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
    await eventually(
      async () => projection.projector.position === (await store.journal.ends()).lastSequence,
      'the view is there again',
    );
    expect(held()).toEqual(before);
    const report = await verifyView(store.journal, store.bucket, { snapshots: store.snapshots });
    expect(report.differences).toEqual([]);
  });

  it('is freed of a limit that an interrupted cut has left', async () => {
    const { manager, streams } = registry.store;
    await manager.streams.update(streams.journal, {
      max_age: nanos(3_600_000),
      duplicate_window: nanos(1_000),
    });
    await retention().work();
    const { max_age, duplicate_window } = (await manager.streams.info(streams.journal)).config;
    expect([max_age, duplicate_window]).toEqual([0, 120_000_000_000]);
  });

  it('still says who is a suspect because a good-bye was taken back', async () => {
    const { instanceRegistered, instanceDeregistered, instanceReinstated, instanceUpdated } = eventTypes;
    for (const type of [instanceRegistered, instanceDeregistered, instanceReinstated, instanceUpdated])
      await say('back', type, '1.0.0');
    const before = viewOf('back');
    expect(before).toMatchObject({ status: 'suspect', verdict: { evidence: { signal: 'undo' } } });
    await new Promise((resolve) => setTimeout(resolve, 3 * SLACK_MS));
    told = await say('late', eventTypes.instanceUpdated, '1.0.1');
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
      const history = new History({ ...store, log: silentLog, nowMs: () => Date.now() });
      const path = join(directory, 'slice.ndjson.gz');
      const order = { from: String(told), withBefore: true, nowMs: Date.now(), ...place };
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
