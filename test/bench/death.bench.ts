import { isInstanceView } from '#domain';
import { openRegistryStore } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { type CrowdProcess, instancesOf, startCrowd } from '../e2e/fixtures/crowd-process.js';
import { ENDPOINTS, openCaller } from './death-caller.js';
import { fixtureEvent } from './fixtures.js';
import { percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { startRegistry } from './registry.js';

const VICTIMS = options.isQuick ? 4 : 100;
const ABREAST = 4;
const WATCHERS = 3;
/** The heartbeat would tell only after 2 s: what comes earlier came from the lost connection. */
const LEASE = { heartbeatMs: 1_000, leaseMs: 10_000 };
/** Until the first heartbeat has named the connection: before that only its absence can tell. */
const SETTLE_MS = 1_500;
/** A registry that has just started judges nobody for the life of a heartbeat and a second. */
const QUIET_MS = 3_500;
const DEATHS_APART_MS = 100;
const TOLD_MS_MAX = 5_000;
/** Services of instances that simply register, to know how much of a death is telling it. */
const PLAIN = 'plain-';
const PLAIN_COUNT = 20;

/** Who is told that the instance of a service is suspect, and when; resolves when all watchers are. */
class Watch {
  readonly #heard = new Map<string, number>();
  readonly #waiting = new Map<string, (atMs: number) => void>();

  hear(service: string): void {
    const count = (this.#heard.get(service) ?? 0) + 1;
    this.#heard.set(service, count);
    if (count === WATCHERS) this.#waiting.get(service)?.(performance.now());
  }

  /** From now on: a start on a busy machine may have been suspected before its first heartbeat. */
  toldAll(service: string): Promise<number> {
    this.#heard.delete(service);
    return new Promise((resolve, reject) => {
      this.#waiting.set(service, resolve);
      setTimeout(() => reject(new Error(`nobody heard of ${service}`)), TOLD_MS_MAX).unref();
    });
  }
}

async function openWatchers(broker: TestBroker, watch: Watch): Promise<() => Promise<void>> {
  const opened = await Promise.all(
    Array.from({ length: WATCHERS }, async () => {
      const { url, user, password } = broker;
      const connection = await connectBroker({ url, user, password });
      const store = await openRegistryStore({ connection });
      const follower = new ViewFollower({
        ...store,
        onChange: (_key, { record }) => {
          if (!isInstanceView(record)) return;
          if (record.status === 'suspect' || record.service.startsWith(PLAIN)) watch.hear(record.service);
        },
      });
      await follower.start();
      return { connection, follower };
    }),
  );
  return async () => {
    for (const { follower, connection } of opened) {
      follower.close();
      await connection.close();
    }
  };
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
const watch = new Watch();
const close = await openWatchers(broker, watch);
await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
const ears = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
const { subjects, journal } = await openRegistryStore({ connection: ears });

/** The hardest moment to die in: the last beat is on its way while the connection ends. */
function nextBeat(service: string): Promise<unknown> {
  return new Promise((resolve) => {
    const subscription = ears.subscribe(subjects.heartbeatAll, {
      callback: (_error, message) => {
        if (subjects.parseHeartbeat(message.subject)?.service !== service) return;
        subscription.unsubscribe();
        resolve(undefined);
      },
    });
  });
}

/** Register -> seen by all watchers, in ms. */
async function plainMs(index: number): Promise<number> {
  const service = `${PLAIN}${index}`;
  const aggregate = { kind: 'instance', namespace: 'default', service, instance: service } as const;
  const told = watch.toldAll(service);
  const startedAtMs = performance.now();
  const event = fixtureEvent(index, PLAIN_COUNT);
  const data = { ...event.data, service, instance: service };
  await journal.append({ ...event, id: service, aggregate, data });
  return (await told) - startedAtMs;
}

const caller = await openCaller(broker);
const plain: number[] = [];
for (let index = 0; index < PLAIN_COUNT; index += 1) plain.push(await plainMs(index));
const samples: number[] = [];
const stopped: number[] = [];
for (let first = 0; first < VICTIMS; first += ABREAST) {
  const wave = Array.from({ length: ABREAST }, (_, index) => `victim-${first + index}`);
  const victims = await Promise.all(
    wave.map((service): Promise<CrowdProcess> =>
      startCrowd(broker, { instances: instancesOf(service, 1), lease: LEASE, endpoints: ENDPOINTS }),
    ),
  );
  await Promise.all(wave.map((service) => caller.meet(service, `${service}-0`)));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  for (const [index, victim] of victims.entries()) {
    await new Promise((resolve) => setTimeout(resolve, DEATHS_APART_MS));
    const service = wave[index] as string;
    const told = watch.toldAll(service);
    if ((first + index) % 2 === 0) await nextBeat(service);
    const killedAtMs = performance.now();
    victim.signal('SIGKILL');
    const called = caller.stopped(service, `${service}-0`);
    const [toldAtMs, stoppedAtMs] = await Promise.all([told, called]);
    samples.push(toldAtMs - killedAtMs);
    stopped.push(stoppedAtMs - killedAtMs);
  }
}
await caller.close();
await close();
await ears.close();
await registry.stop();
await broker.stop();
const { p50, p99, max } = percentiles(samples);
const stops = percentiles(stopped);
const limit = `a change that is simply registered is seen by the same ${WATCHERS} watchers after ${percentiles(plain).p50.toFixed(1)} ms (median of ${PLAIN_COUNT}); the rest is noticing the closed connection, and one probe that nothing answers`;
const name = 'kill -9 of an instance -> every watcher has `suspected`';
const callers = 'kill -9 of an instance -> the balancer of a caller gives it no more calls';
printFigures(
  'Sudden death',
  [
    { name: `${name}, p50`, value: p50, unit: 'ms' },
    { name: `${name}, p99`, value: p99, unit: 'ms', goal: { atMost: 100 }, limit },
    { name: `${name}, longest`, value: max, unit: 'ms' },
    { name: `${callers}, p50`, value: stops.p50, unit: 'ms' },
    { name: `${callers}, p99`, value: stops.p99, unit: 'ms', goal: { atMost: 100 }, limit },
    { name: `${callers}, longest`, value: stops.max, unit: 'ms' },
  ],
  {
    fixture: `${VICTIMS} instances in processes of their own, killed one after the other; measured until the last of ${WATCHERS} watchers, on connections of their own in this process, holds the verdict in its view, and until the balancer of one client of the SDK, asked every ms, gives all calls to the other instance of the service; no call fails first, as none is made`,
    durability: 'the verdict is synced to disk before anybody is told',
    missing: [
      'etcd, ZooKeeper, NATS KV: instances that hold their leases or sessions in processes of their own were not built; there the end of a lease or session tells of a death',
    ],
  },
);
