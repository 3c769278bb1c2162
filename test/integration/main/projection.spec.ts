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
  namespace: 'default', service: 'orders', instance: 'orders-1', incarnation: 1, version: '1.0.0', status: 'up',
  endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }], leaseMs: 0,
};

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  const log = { info: console.log, warn: console.log, error: console.log };
  store = await openRegistryStore({ connection, log });
  projection = createProjection(store, { onChange: (_key, change) => told.push(change) });
  await projection.start();
});
afterAll(async () => {
  await projection.stop();
  await store.connection.close();
  await broker.stop();
});

describe('a registered event', () => {
  it('is in the view, on the discovery subject, and verify finds no difference', async () => {
    for (let i = 0; i < 50; i++) {
      const t0 = performance.now();
      const sequence = await store.journal.append({
        id: `e${i}`, type: eventTypes.instanceRegistered,
        aggregate: { kind: 'instance', namespace: 'default', service: 'orders', instance: 'orders-1' }, data: { ...record, incarnation: i + 1 },
      });
      const t1 = performance.now();
      await projection.follower.reached(sequence);
      if (i % 10 === 0) console.log('append', (t1 - t0).toFixed(2), 'reached', (performance.now() - t1).toFixed(2));
    }
    expect(told.at(-1)?.record).toMatchObject({ service: 'orders', status: 'up' });
    const report = await verifyView(store.journal, store.bucket);
    expect(report).toMatchObject({ differences: [], events: 50 });
  });
});
