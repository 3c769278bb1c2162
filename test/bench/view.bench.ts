import { openRegistryStore, type RegistryStore } from '#jetstream';
import { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { connect, fillJournal, fixtureBytes } from './journal.js';
import { type Figure, figureOf, printFigures } from './measure.js';
import { options } from './options.js';
import { profiled } from './profile.js';
import { startRegistry } from './registry.js';
import { medianOf } from './report/words.js';

const SIZES = options.isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const STARTS = options.isQuick ? 1 : 3;
const ROUNDS = options.isQuick ? 1 : 5;
const PROJECTED_MS_MAX = 120_000;

/** A registry that starts with an empty view, until all of the journal is in the bucket. */
async function project(broker: TestBroker, store: RegistryStore) {
  const { lastSequence } = await store.journal.ends();
  const startedAtMs = performance.now();
  const registry = await startRegistry(broker, { role: 'registry projecting' });
  const waiting = new ViewFollower({ ...store, scope: { namespace: 'none' } });
  await waiting.start();
  await waiting.reached(lastSequence, PROJECTED_MS_MAX);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  waiting.close();
  const { residentMb } = registry;
  const liveHeapMb = await registry.liveHeapMb();
  await registry.stop();
  return { seconds, residentMb, liveHeapMb };
}

/** How long a client of its own needs until the whole view is in its memory, in s. */
async function load(broker: TestBroker, store: RegistryStore, instances: number): Promise<number> {
  const connection = await connect(broker);
  const follower = new ViewFollower({ ...store, connection });
  const beganAtMs = performance.now();
  await profiled('client loading', () => follower.start());
  const seconds = (performance.now() - beganAtMs) / 1_000;
  const { size } = follower.table;
  follower.close();
  await connection.close();
  if (size !== instances) throw new Error(`loaded ${size} of ${instances} instances`);
  return seconds;
}

interface Costs {
  readonly projected: Awaited<ReturnType<typeof project>>;
  readonly readySeconds: readonly number[];
  readonly residentMb: readonly number[];
  readonly liveHeapMb: readonly number[];
  readonly loadSeconds: readonly number[];
}

async function costsOf(instances: number): Promise<Costs> {
  const broker = await startTestBroker();
  const store = await openRegistryStore({ connection: await connect(broker) });
  await fillJournal(store, instances, instances);
  const projected = await project(broker, store);
  const readySeconds: number[] = [];
  const residentMb: number[] = [];
  const liveHeapMb: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const startedAtMs = performance.now();
    const registry = await startRegistry(broker, { role: 'registry starting' });
    readySeconds.push((performance.now() - startedAtMs) / 1_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    residentMb.push(registry.residentMb);
    liveHeapMb.push(await registry.liveHeapMb());
    await registry.stop();
  }
  const loadSeconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) loadSeconds.push(await load(broker, store, instances));
  await store.connection.close();
  await broker.stop();
  return { projected, readySeconds, residentMb, liveHeapMb, loadSeconds };
}

function figuresOf(instances: number, costs: Costs, smallest: Costs): Figure[] {
  const emptySeconds = medianOf(smallest.readySeconds);
  const emptyMb = medianOf(smallest.residentMb);
  const isGoal = instances === 100_000;
  const goal = (atMost: number, limit: string) => (isGoal ? { goal: { atMost }, limit } : {});
  const usOf = (seconds: readonly number[]): string => ((medianOf(seconds) * 1e6) / instances).toFixed(1);
  const count = instances.toLocaleString('en');
  return [
    figureOf(
      `a client loads the view, ${count}`,
      's',
      costs.loadSeconds,
      goal(
        1.5,
        `${usOf(costs.loadSeconds)} us an instance in one thread, which parses and indexes each as it comes`,
      ),
    ),
    figureOf(
      `registry process started -> ready, ${count}`,
      's',
      costs.readySeconds,
      goal(
        3,
        `${emptySeconds.toFixed(2)} s of it pass with hardly any instances: loading modules and joining the broker; each further instance takes ${(((medianOf(costs.readySeconds) - emptySeconds) * 1e6) / instances).toFixed(1)} us`,
      ),
    ),
    figureOf(`registry, heap after a collection, ${count}`, 'MB', costs.liveHeapMb),
    figureOf(
      `registry, resident, ${count}`,
      'MB',
      costs.residentMb,
      goal(320, `${emptyMb.toFixed(0)} MB of it are there with hardly any instances`),
    ),
    { name: `empty view -> journal projected, ${count}`, value: costs.projected.seconds, unit: 's' },
    {
      name: `registry, resident, right after that, ${count}`,
      value: costs.projected.residentMb,
      unit: 'MB',
    },
    {
      name: `registry, heap after a collection, right after that, ${count}`,
      value: costs.projected.liveHeapMb,
      unit: 'MB',
    },
  ];
}

/** What each further instance takes, between the smallest and the largest size: the process itself is in both. */
function memoryOf(sizes: readonly [number, Costs][]): Figure[] {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const each = (name: string, mb: (costs: Costs) => number, more: Partial<Figure> = {}): Figure => ({
    name: `registry, ${name}, for each instance`,
    value: ((mb(last[1]) - mb(first[1])) * 1_024) / (last[0] - first[0]),
    unit: 'KB',
    ...more,
  });
  const heap = 'heap after a collection';
  const slope = `the slope between ${first[0].toLocaleString('en')} and ${last[0].toLocaleString('en')} instances: the process itself is in both; buffers outside the heap are not in it`;
  const limit = `a record alone is ${fixtureBytes().record} B of JSON, held with the indexes that find it`;
  const goal = last[0] === 100_000 ? { goal: { atMost: 2 }, limit } : {};
  return [
    each(`${heap}, after a start`, ({ liveHeapMb }) => medianOf(liveHeapMb), { ...goal, note: slope }),
    each(`${heap}, after projecting`, ({ projected }) => projected.liveHeapMb, {
      ...goal,
      note: `with the newest changes, which are kept for watchers that come back; ${slope}`,
    }),
    each('resident', ({ residentMb }) => medianOf(residentMb), {
      note: 'garbage and buffers included, 1 s after it was ready; without a collection',
    }),
  ];
}

const measured: [number, Costs][] = [];
for (const instances of SIZES) {
  console.log(`  ${instances} instances …`);
  measured.push([instances, await costsOf(instances)]);
}
const curve = (of: (costs: Costs) => readonly number[]) =>
  measured.map(([instances, costs]) => [instances, medianOf(of(costs))] as const);
printFigures(
  'Large views: loading, cold start, memory',
  [
    ...measured.flatMap(([instances, costs]) =>
      figuresOf(instances, costs, (measured[0] as [number, Costs])[1]),
    ),
    ...memoryOf(measured),
  ],
  {
    fixture: `instances of ${fixtureBytes().record} B, journal events of ${fixtureBytes().event} B with headers; the loading client is this process, which also holds nothing else`,
    durability: 'reading; the journal was filled on a broker that syncs every 2 minutes',
    missing: [
      'etcd, ZooKeeper, NATS KV: cold start and memory of their servers are those of a store without a view in a registry or client, and were not measured',
    ],
    plots: [
      {
        title: 'Cold start and loading by number of instances',
        xLabel: 'instances',
        yLabel: 's',
        isLogarithmic: true,
        series: [
          { name: 'a client loads the view', points: curve(({ loadSeconds }) => loadSeconds) },
          { name: 'registry started -> ready', points: curve(({ readySeconds }) => readySeconds) },
        ],
      },
    ],
  },
);
