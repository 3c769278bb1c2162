import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type InstanceRecord, type ViewRecord } from '#contracts';
import { verifyView } from '#application';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
const told: ViewRecord[] = [];

const record: InstanceRecord = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 1,
  version: '1.0.0',
  status: 'up',
  endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }],
  leaseMs: 0,
};

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  projection = createProjection(store, { onChange: (_key, change) => told.push(change) });
  await projection.start();
});
afterAll(async () => {
  await projection.stop();
  await store.connection.close();
  await broker.stop();
});

describe('a registered event', () => {
  it('is in the view and on the discovery subject, and verify finds no difference', async () => {
    const aggregate = {
      kind: 'instance',
      namespace: 'default',
      service: 'orders',
      instance: 'orders-1',
    } as const;
    for (let incarnation = 1; incarnation <= 50; incarnation += 1) {
      const event = { id: `e${incarnation}`, type: eventTypes.instanceRegistered, aggregate };
      const sequence = await store.journal.append({ ...event, data: { ...record, incarnation } });
      await projection.follower.reached(sequence);
    }
    expect(told.map(({ record: { revision } }) => revision)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    expect(told.at(-1)?.record).toMatchObject({ service: 'orders', status: 'up', incarnation: 50 });
    const report = await verifyView(store.journal, store.bucket);
    expect(report).toMatchObject({ differences: [], events: 50 });
  });

  it('is repaired where the bucket was tampered with, and nothing else is written', async () => {
    const writer = store.bucket.openWriter();
    const key = 'default.instance.orders.orders-1';
    await writer.write({
      key,
      value: { ...told.at(-1), record: { ...told.at(-1)?.record, version: '6.6.6' } },
    });
    await writer.write({ key: 'default.instance.orders.nobody', value: told.at(-1) });
    writer.close();
    const found = await verifyView(store.journal, store.bucket, { repair: true });
    expect(found.differences).toEqual([
      { key, kind: 'different', detail: 'record.version' },
      { key: 'default.instance.orders.nobody', kind: 'surplus', detail: 'the journal knows nothing of it' },
    ]);
    expect(found.repaired).toBe(2);
    expect((await verifyView(store.journal, store.bucket)).differences).toEqual([]);
  });
});
