import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { headers } from '@nats-io/nats-core';
import type { InstanceView, PositionRecord, ViewRecord } from '#contracts';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let follower: ViewFollower;
const told: string[] = [];

const record = (instance: string, sequence: number): ViewRecord => ({
  change: 'added',
  sequence,
  at: '2026-01-01T00:00:00.000Z',
  cause: { id: instance, type: 'rollcall.instance.registered.v1' },
  changed: [],
  record: { namespace: 'default', service: 'orders', instance, status: 'up' } as unknown as InstanceView,
});

const keyOf = (instance: string): string => `default.instance.orders.${instance}`;
const held = (): string[] =>
  [...follower.table.slots()].map(({ key }) => key.split('.').at(-1) as string).toSorted();

const write = (key: string, value: unknown): Promise<number> => {
  const writer = store.bucket.openWriter();
  return writer.write({ key, value }).finally(() => writer.close());
};

const writePosition = async (position: number): Promise<void> => {
  const value: PositionRecord = {
    position,
    at: '2026-01-01T00:00:00.000Z',
    services: {},
    total: [0, 0],
    quarantined: 0,
  };
  await write('_position', value);
};

const lose = (instance: string): Promise<unknown> =>
  store.manager.streams.purge(store.streams.view, { filter: store.streams.viewSubjects + keyOf(instance) });

beforeEach(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  told.length = 0;
  await write(keyOf('old'), record('old', 5));
  await write(keyOf('new'), record('new', 9));
  await writePosition(9);
  follower = new ViewFollower({
    ...store,
    // The sums of these beacons are made up.
    isLeading: () => true,
    onChange: (key, { change }) => told.push(`${change} ${key.split('.').at(-1)}`),
  });
  await follower.start();
});

afterEach(async () => {
  follower.close();
  await store.connection.close();
  await broker.stop();
});

describe('a follower that takes a new snapshot', () => {
  it('drops what the bucket no longer holds, and says so', async () => {
    await lose('old');
    await follower.resync();
    expect(held()).toEqual(['new']);
    expect(told).toContain('removed old');
  });

  it('keeps what is newer than a bucket that lost writes in a crash', async () => {
    await lose('new');
    await writePosition(7);
    await follower.resync();
    expect(held()).toEqual(['new', 'old']);
    expect(told).toEqual(['added old', 'added new']);
  });

  it('hands a projector that takes over exactly what the bucket holds, without a word', async () => {
    await lose('new');
    await writePosition(7);
    await follower.resync('takeover');
    expect(held()).toEqual(['old']);
    expect(follower.storedPosition.record?.position).toBe(7);
    expect(told).toEqual(['added old', 'added new']);
  });

  it('survives a record that cannot be read', async () => {
    store.connection.publish(store.streams.viewSubjects + keyOf('broken'), '{', { headers: headers() });
    await follower.resync();
    expect(held()).toEqual(['new', 'old']);
  });
});

describe('a follower that hears what it holds already', () => {
  it('tells nobody: a projector writes again what a broker lost in a crash', async () => {
    const heard: string[] = [];
    let isThere: () => void = () => undefined;
    const next = new Promise<void>((resolve) => (isThere = resolve));
    const watching = new ViewFollower({
      ...store,
      onChange: (key, { change }) => {
        heard.push(`${change} ${key.split('.').at(-1)}`);
        if (key === keyOf('next')) isThere();
      },
    });
    await watching.start();
    const revision = await write(keyOf('new'), record('new', 9));
    await write(keyOf('next'), record('next', 10));
    await next;
    expect(heard).toEqual(['added old', 'added new', 'added next']);
    expect(watching.table.get(keyOf('new'))?.bucketRevision).toBe(revision);
    watching.close();
  });
});
