import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import {
  eventTypes,
  type IncarnationId,
  type InstanceRecord,
  type InstanceView,
  type ViewRecord,
} from '#contracts';
import type { Watchman } from '#application';
import {
  createProjection,
  createWatchman,
  openRegistryStore,
  type Projection,
  type RegistryStore,
} from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
let watchman: Watchman;
let system: NatsConnection;
const told: { record: ViewRecord; atMs: number }[] = [];
const waiters = new Set<() => void>();

function until(check: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!check()) return;
      waiters.delete(look);
      resolve();
    };
    waiters.add(look);
    look();
  });
}
const states = (instance: string): string[] =>
  told
    .filter(({ record }) => (record.record as InstanceView).instance === instance)
    .map(({ record }) => (record.record as InstanceView).departure ?? (record.record as InstanceView).status);

/** An instance without our SDK: beats, answers probes, and can be silenced. */
async function livingInstance(instance: string) {
  const id: IncarnationId = { namespace: 'default', service: 'orders', instance, incarnation: 1 };
  const connection = await connectBroker({
    url: broker.url,
    user: broker.user,
    password: broker.password,
    name: instance,
  });
  const record: InstanceRecord = {
    ...id,
    version: '1.0.0',
    status: 'up',
    endpoints: [],
    leaseMs: 4_000,
    heartbeatMs: 1_000,
  };
  const { info } = connection as unknown as { info: { client_id: number; server_id: string } };
  await store.journal.append({
    id: instance,
    type: eventTypes.instanceRegistered,
    aggregate: { kind: 'instance', ...id },
    data: record,
  } as never);
  const head = headers();
  head.set('Nats-TTL', '2s');
  const beat = () =>
    connection.publish(
      store.subjects.heartbeat(id),
      JSON.stringify({ connection: { serverId: info.server_id, clientId: info.client_id } }),
      { headers: head },
    );
  beat();
  const timer = setInterval(beat, 1_000);
  const probes = connection.subscribe(store.subjects.probe(id), {
    callback: (_e, m) => void m.respond(JSON.stringify({ incarnation: 1 })),
  });
  return {
    id,
    connection,
    die: async () => {
      clearInterval(timer);
      await connection.close();
    },
    mute: () => {
      clearInterval(timer);
      probes.unsubscribe();
      connection.subscribe(store.subjects.probe(id), { callback: () => undefined });
    },
  };
}

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  system = await connectBroker({ url: broker.url, user: broker.sys.user, password: broker.sys.password });
  store = await openRegistryStore({
    connection,
    log: { info: () => {}, warn: console.log, error: console.log },
  });
  projection = createProjection(store, {
    onChange: (key, record) => {
      watchman.onChange(key, record);
      told.push({ record, atMs: performance.now() });
      for (const look of waiters) look();
    },
  });
  watchman = createWatchman(store, { table: projection.table, systemConnection: system, observer: 'test' });
  await projection.start();
  await watchman.start();
});
afterAll(async () => {
  await watchman.stop();
  await projection.stop();
  await system.close();
  await store.connection.close();
  await broker.stop();
});

describe('an instance whose connection ends', () => {
  it('is suspected within milliseconds and expired after its grace', async () => {
    const others = [await livingInstance('a'), await livingInstance('b')];
    const victim = await livingInstance('victim');
    await until(() => states('victim').includes('up'));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const t0 = performance.now();
    await victim.die();
    await until(() => states('victim').includes('suspect'));
    console.log('suspected after', performance.now() - t0);
    await until(() => states('victim').includes('expired'));
    console.log('expired after', performance.now() - t0);
    expect(states('a')).toEqual(['up']);
    for (const other of others) await other.die();
  });
});
