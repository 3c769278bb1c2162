import { openRegistryStore } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { fixtureRecord } from './fixtures.js';
import { percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { startRegistry } from './registry.js';

const SAMPLES = options.isQuick ? 500 : 3_000;
const WARM_UP = 300;

const connect = (broker: TestBroker) =>
  connectBroker({ url: broker.url, user: broker.user, password: broker.password });

/** Register -> seen by a watcher on another connection, one after the other, warm; in ms. */
async function registerToSeen(broker: TestBroker): Promise<number[]> {
  const writer = await openRegistryStore({ connection: await connect(broker) });
  const watcher = await openRegistryStore({ connection: await connect(broker) });
  let seen: (key: string) => void = () => undefined;
  const follower = new ViewFollower({
    ...watcher,
    scope: { namespace: 'default' },
    onChange: (key) => seen(key),
  });
  await follower.start();
  const samples: number[] = [];
  for (let index = 0; index < SAMPLES + WARM_UP; index += 1) {
    const data = fixtureRecord(index, 1_000, Math.floor(index / 1_000) + 1);
    const { namespace, service, instance } = data;
    const aggregate = { kind: 'instance', namespace, service, instance } as const;
    const arrived = new Promise<void>((resolve) => (seen = () => resolve()));
    const startedAtMs = performance.now();
    const event = { id: `bench-${index}`, type: 'rollcall.instance.registered.v1', aggregate, data };
    await Promise.all([writer.journal.append(event), arrived]);
    if (index >= WARM_UP) samples.push(performance.now() - startedAtMs);
  }
  follower.close();
  await writer.connection.close();
  await watcher.connection.close();
  return samples;
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
const { p50, p99, p999 } = percentiles(await registerToSeen(broker));
await registry.stop();
await broker.stop();
printFigures(
  'Main job: register -> seen',
  [
    {
      name: 'register -> seen by a watcher on another connection, p50',
      value: p50,
      unit: 'ms',
      goal: { atMost: 1 },
    },
    { name: 'p99', value: p99, unit: 'ms' },
    { name: 'p99.9', value: p999, unit: 'ms' },
  ],
  {
    fixture: `${SAMPLES} registrations one after the other; registry in a process of its own; writer and watcher in one process on two connections`,
    durability: 'the journal is synced to disk before the acknowledgement',
  },
);
