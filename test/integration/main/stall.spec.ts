import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type IncarnationId, type NewEvent } from '#contracts';
import { RollcallClient } from '#client';
import { JetStreamBeatSender, JetStreamSight, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

/** A reader lives on one node. When it dies there, while our line leads elsewhere, it is gone without a word. */
let broker: TestBroker;
let store: RegistryStore;

beforeAll(async () => {
  broker = await startTestBroker();
  const { url, user, password } = broker;
  store = await openRegistryStore({ connection: await connectBroker({ url, user, password }) });
});
afterAll(async () => {
  await store.connection.close();
  await broker.stop();
});

async function loseReadersOf(stream: string): Promise<void> {
  const consumers = await store.manager.consumers.list(stream).next();
  expect(consumers).toHaveLength(1);
  for (const { name } of consumers) await store.manager.consumers.delete(stream, name);
}

/** What is told, one after the other. */
function teller<Told>() {
  const waiting: ((told: Told) => void)[] = [];
  const told: Told[] = [];
  return {
    tell: (one: Told): void => {
      const hand = waiting.shift();
      if (hand === undefined) told.push(one);
      else hand(one);
    },
    next: (): Promise<Told> => {
      const [first] = told.splice(0, 1);
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
    },
  };
}

const policy = (service: string): NewEvent => {
  const names = { namespace: 'default', service };
  const data = { ...names, protection: { sharePercent: 50, minCount: 3, maxMs: 60_000 } };
  return {
    id: randomUUID(),
    type: eventTypes.servicePolicySet,
    aggregate: { kind: 'service', ...names },
    data,
  };
};

const beatOf = (instance: string): IncarnationId => ({
  namespace: 'default',
  service: 'orders',
  instance,
  incarnation: 1,
});

describe('a reader that was lost without a word', () => {
  it('of the journal begins again behind the last event it handed over', async () => {
    const { tell, next } = teller<number>();
    const reader = await store.journal.follow(1, ({ sequence }) => tell(sequence));
    const first = await store.journal.append(policy('a'));
    expect(await next()).toBe(first);
    await loseReadersOf(store.streams.journal);
    const second = await store.journal.append(policy('b'));
    expect(await next()).toBe(second);
    reader.close();
  });

  it('of a projection begins again behind the last event it handed over', async () => {
    const { url, user, password } = broker;
    const client = await RollcallClient.connect({ url, user, password });
    const { tell, next } = teller<number>();
    const projection = await client.project({
      services: ['c'],
      load: () => undefined,
      apply: ({ position }) => tell(position.sequence),
    });
    const first = await store.journal.append(policy('c'));
    expect(await next()).toBe(first);
    await loseReadersOf(store.streams.journal);
    const second = await store.journal.append(policy('c'));
    expect(await next()).toBe(second);
    await projection.close();
    await client.shutdown();
  });

  it('of the leases begins again, and that is a gap in what was seen', async () => {
    const { tell, next } = teller<string>();
    const gaps: string[] = [];
    const sight = new JetStreamSight(store);
    await sight.start({
      onLease: ({ id }) => tell(id.instance),
      onGap: (reason) => gaps.push(reason),
      onDisconnect: () => undefined,
      onReport: () => undefined,
    });
    const sender = new JetStreamBeatSender(store);
    await sender.send(beatOf('a'), 60_000);
    expect(await next()).toBe('a');
    await loseReadersOf(store.streams.leases);
    await sender.send(beatOf('b'), 60_000);
    // All of them are read anew.
    expect([await next(), await next()]).toEqual(['a', 'b']);
    expect(gaps).toContain('the reader of the leases heard nothing');
    sight.close();
  });
});
