import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceView, ServicePolicyRecord } from '#contracts';
import { Operator, Registrar, storyOf } from '#application';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
let operator: Operator;
let registrar: Registrar;

const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
const key = 'default.instance.orders.orders-1';
const by = { actor: 'mia', reason: 'disk swap' };

const viewOf = (at: string): InstanceView | undefined =>
  projection.table.get(at)?.entry.record as InstanceView | undefined;

/** The view once it reflects a write. */
async function viewAfter(write: Promise<number>): Promise<InstanceView | undefined> {
  await projection.follower.reached(await write);
  return viewOf(key);
}

const register = async (): Promise<number> => {
  const record = {
    ...names,
    version: '1.0.0',
    status: 'up' as const,
    endpoints: [],
    leaseMs: 0,
    weight: 100,
  };
  return (await registrar.register(record, { actor: 'orders' })).sequence;
};

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  projection = createProjection(store);
  await projection.start();
  const identity = { newId: randomUUID, nowIso: () => new Date().toISOString() };
  operator = new Operator(store.journal, identity, ({ namespace, service, instance }) =>
    viewOf(`${namespace}.instance.${service}.${instance}`),
  );
  registrar = new Registrar(store.journal, identity, viewOf);
});

afterAll(async () => {
  await projection.stop();
  await store.connection.close();
  await broker.stop();
});

describe('what operators lay over an instance', () => {
  it('changes status and weight one by one, and keeps what the service said beside it', async () => {
    await viewAfter(register());
    const drained = await viewAfter(operator.override(names, { status: 'draining' }, by));
    expect(drained).toMatchObject({ status: 'draining', weight: 100, reported: { status: 'up' } });
    const lighter = await viewAfter(operator.override(names, { weight: 10 }, by));
    expect(lighter).toMatchObject({
      status: 'draining',
      weight: 10,
      reported: { status: 'up', weight: 100 },
    });
    expect(lighter?.override).toMatchObject({ actor: 'mia', reason: 'disk swap' });
  });

  it('outlives a registration, and is lifted as a whole or field by field', async () => {
    expect(await viewAfter(register())).toMatchObject({ incarnation: 2, status: 'draining', weight: 10 });
    expect(await viewAfter(operator.override(names, { weight: null }, by))).toMatchObject({
      status: 'draining',
      weight: 100,
    });
    expect(await viewAfter(operator.lift(names, by))).toMatchObject({ status: 'up', weight: 100 });
  });

  it('evicts the present incarnation, and lets a newer one in', async () => {
    const evicted = await viewAfter(operator.evict(names, by));
    expect(evicted).toMatchObject({ departure: 'evicted', status: 'down' });
    await expect(operator.evict(names, by)).rejects.toMatchObject({ code: 'ROLLCALL_NOT_FOUND' });
    const back = await viewAfter(register());
    expect(back).toMatchObject({ incarnation: 3, status: 'up' });
    expect(back).not.toHaveProperty('departure');
  });

  it('refuses what is out of range before the journal, naming value and range', async () => {
    const before = await store.journal.ends();
    await expect(operator.override(names, { weight: 1001 }, by)).rejects.toThrow(/weight "1001".*1000/);
    const policy: ServicePolicyRecord = {
      namespace: 'default',
      service: 'orders',
      protection: { sharePercent: 0, minimumCount: 1, maxMs: 10 },
    };
    await expect(operator.setPolicy(policy, by)).rejects.toThrow(/sharePercent.*minimumCount.*maxMs/s);
    expect(await store.journal.ends()).toEqual(before);
  });
});

describe('the story of an instance', () => {
  it('tells in order who did what, and why', async () => {
    const sentences = (await storyOf(store.journal, names)).map(({ sentence }) => sentence);
    expect(sentences).toEqual([
      'registered as incarnation 1, version 1.0.0, status up, without a lease, by orders',
      'it was put to draining, by mia, because: disk swap',
      'it was put to draining, its weight was set to 10, by mia, because: disk swap',
      'registered as incarnation 2, version 1.0.0, status up, without a lease, by orders',
      'it was put to draining, by mia, because: disk swap',
      'what operators had laid over it was lifted, by mia, because: disk swap',
      'incarnation 2 was evicted, by mia, because: disk swap',
      'registered as incarnation 3, version 1.0.0, status up, without a lease, by orders',
    ]);
  });
});
