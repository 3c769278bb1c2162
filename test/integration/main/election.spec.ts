import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Election, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let election: Election;
let said: string[];

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

beforeEach(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  election = new Election({ ...store, role: 'test' });
  said = [];
  await election.start({ onElected: () => said.push('elected'), onDeposed: () => said.push('deposed') });
  await until(() => election.isLeader);
});

afterEach(async () => {
  await election.stop();
  await store.connection.close();
  await broker.stop();
});

describe('an election', () => {
  it('elects anew whoever had come to doubt that it leads', async () => {
    const { connection } = store;
    const publish = connection.publish.bind(connection);
    connection.publish = (subject, ...rest) => {
      if (subject !== 'election.v1.test') publish(subject, ...rest);
    };
    await until(() => !election.isLeader);
    connection.publish = publish;
    publish('election.v1.test', 'tick');
    await until(() => election.isLeader);
    expect(said).toEqual(['elected', 'deposed', 'elected']);
  });

  it('goes on when its consumer is gone', async () => {
    await store.manager.consumers.delete(store.streams.election, 'test');
    // Long enough for the last tick of the old consumer to grow stale.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await until(() => election.isLeader);
    expect((await store.manager.consumers.info(store.streams.election, 'test')).name).toBe('test');
  });
});
