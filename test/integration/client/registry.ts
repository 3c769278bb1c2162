import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { type ClientOptions, RollcallClient } from '#client';
import { startTestBroker, type TestBroker } from '#testkit';

/** A broker with a registry's projection in the test's own process, and clients that reach them. */
export interface TestRegistry {
  readonly broker: TestBroker;
  readonly store: RegistryStore;
  readonly projection: Projection;
  client(options?: ClientOptions): Promise<RollcallClient>;
  /** Ends everything, in the order that lets each say good-bye. */
  stop(): Promise<void>;
}

export async function startTestRegistry(): Promise<TestRegistry> {
  const broker = await startTestBroker();
  const { url, user, password } = broker;
  const store = await openRegistryStore({
    connection: await connectBroker({ url, user, password, name: 'registry' }),
  });
  const projection = createProjection(store);
  await projection.start();
  const clients: RollcallClient[] = [];
  return {
    broker,
    store,
    projection,
    client: async (options = {}) => {
      const client = await RollcallClient.connect({ url, user, password, ...options });
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await projection.stop();
      await store.connection.close();
      await broker.stop();
    },
  };
}

/** Polls until something holds; for what no event announces. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
