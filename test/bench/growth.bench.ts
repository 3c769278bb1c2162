import { setTimeout as delay } from 'node:timers/promises';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { ViewFollower } from '#nats';
import { startTestBroker } from '#testkit';
import { fixtureEvent } from './fixtures.js';
import { measureHttp } from './http-load.js';
import { connect, fillJournal, fixtureBytes } from './journal.js';
import { cpuMsOf, type Figure, percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { type BenchRegistry, startRegistry } from './registry.js';
import { settled } from './settled.js';

const SIZES = options.isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const SAMPLES = options.isQuick ? 200 : 400;
const WARM_UP = 100;
const HTTP_SECONDS = options.isQuick ? 0.7 : 3;
const WARM_SECONDS = options.isQuick ? 0.3 : 1;
const IDLE_MS = options.isQuick ? 1_000 : 5_000;
const PROJECTED_MS_MAX = 120_000;
const SEEN_MS_MAX = 10_000;
/** The list that is asked for is as long in a large registry as in a small one. */
const LISTED = { service: 'listed', instances: 20 };
const LIST = `/v1/namespaces/default/services/${LISTED.service}/instances`;

interface Costs {
  readonly instances: number;
  readonly seenMs: number;
  readonly changeCpuUs: number;
  readonly startCpuMs: number;
  readonly idleCpuMs: number;
  readonly listsPerSecond: number;
  readonly instancePerSecond: number;
}

/** One change after the other, each until a watcher on another connection has it: p50 in ms, and what it costs. */
async function changing(store: RegistryStore, registry: BenchRegistry, watcher: ViewFollower, size: number) {
  const times: number[] = [];
  let cpuMs = cpuMsOf(registry.pid);
  for (let index = 0; index < WARM_UP + SAMPLES; index += 1) {
    if (index === WARM_UP) cpuMs = cpuMsOf(registry.pid);
    const event = fixtureEvent(size + index, size);
    const startedAtMs = performance.now();
    const sequence = await store.journal.append({ ...event, id: `growth-${index}` });
    await watcher.reached(sequence, SEEN_MS_MAX);
    if (index >= WARM_UP) times.push(performance.now() - startedAtMs);
  }
  const changeCpuUs = ((cpuMsOf(registry.pid) - cpuMs) * 1_000) / SAMPLES;
  return { seenMs: percentiles(times).p50, changeCpuUs };
}

/** CPU of a registry that has nothing to do, in ms a second. */
async function idling({ pid }: BenchRegistry): Promise<number> {
  const cpuMs = cpuMsOf(pid);
  const startedAtMs = performance.now();
  await delay(IDLE_MS);
  return ((cpuMsOf(pid) - cpuMs) * 1_000) / (performance.now() - startedAtMs);
}

/** A service that has the same instances in every size of the registry. */
function registerListed(store: RegistryStore): Promise<number> {
  const { service, instances } = LISTED;
  return store.journal.appendBatch(
    Array.from({ length: instances }, (_, index) => {
      const event = fixtureEvent(index, instances);
      const names = { service, instance: `${service}-${index}` };
      const aggregate = { kind: 'instance', namespace: 'default', ...names } as const;
      return { ...event, id: `listed-${index}`, aggregate, data: { ...event.data, ...names } };
    }),
  );
}

async function asking(registry: BenchRegistry, path: string): Promise<number> {
  const port = Number(new URL(registry.url).port);
  await measureHttp({ port, path, connections: 32, seconds: WARM_SECONDS });
  return (await measureHttp({ port, path, connections: 32, seconds: HTTP_SECONDS })).perSecond;
}

async function costsOf(instances: number): Promise<Costs> {
  const broker = await startTestBroker();
  const store = await openRegistryStore({ connection: await connect(broker) });
  await fillJournal(store, instances, instances);
  const filledTo = await registerListed(store);
  const registry = await startRegistry(broker, { role: `registry of ${instances}` });
  const watching = await connect(broker);
  const watcher = new ViewFollower({ ...store, connection: watching });
  await watcher.start();
  await watcher.reached(filledTo, PROJECTED_MS_MAX);
  await settled(store);
  const startCpuMs = cpuMsOf(registry.pid);
  const idleCpuMs = await idling(registry);
  const changed = await changing(store, registry, watcher, instances);
  const listsPerSecond = await asking(registry, LIST);
  const instancePerSecond = await asking(registry, `${LIST}/${LISTED.service}-7`);
  watcher.close();
  await registry.stop();
  await watching.close();
  await store.connection.close();
  await broker.stop();
  return { instances, ...changed, startCpuMs, idleCpuMs, listsPerSecond, instancePerSecond };
}

const measured: Costs[] = [];
for (const instances of SIZES) {
  console.log(`  ${instances} instances …`);
  measured.push(await costsOf(instances));
}

type Kind = Exclude<keyof Costs, 'instances' | 'startCpuMs'>;
const KINDS: readonly [kind: Kind, name: string, unit: string, isRate: boolean][] = [
  ['seenMs', 'a change -> in the view of a watcher, p50', 'ms', false],
  ['changeCpuUs', 'CPU of the registry', 'us a change', false],
  ['idleCpuMs', 'CPU of the registry with nothing to do', 'ms a second', false],
  ['listsPerSecond', 'GET the 20 instances of a service', 'requests/s', true],
  ['instancePerSecond', 'GET one instance', 'requests/s', true],
];
const first = measured[0] as Costs;
const figures = KINDS.flatMap(([kind, name, unit, isRate]): Figure[] =>
  measured.flatMap((costs): Figure[] => {
    const sized = `${name}, ${costs.instances.toLocaleString('en')} instances`;
    const grown = isRate ? first[kind] / costs[kind] : costs[kind] / first[kind];
    const note = costs === first ? {} : { note: `${grown.toFixed(2)} times the cost of the smallest` };
    return [{ name: sized, value: costs[kind], unit, ...note }];
  }),
);
const starts = measured.map(({ instances, startCpuMs }): Figure => ({
  name: `CPU of the registry until it has started and projected, chained and snapshotted ${instances.toLocaleString('en')} events`,
  value: startCpuMs,
  unit: 'ms',
}));
const costCurve = ([kind, name, , isRate]: (typeof KINDS)[number]) => ({
  name,
  points: measured.map(
    (costs) => [costs.instances, isRate ? first[kind] / costs[kind] : costs[kind] / first[kind]] as const,
  ),
});
printFigures('Growth: the same operation in a larger registry', [...figures, ...starts], {
  fixture: `${SIZES.map((size) => size.toLocaleString('en')).join(', ')} instances of 500 services, each an event of ${fixtureBytes().event} B with headers; ${SAMPLES} changes one after the other, when what follows the journal at leisure has caught up; ${HTTP_SECONDS} s of requests over 32 connections`,
  durability: 'a broker that syncs every 2 minutes: what grows is our part and not the disk',
  plots: [
    {
      title: 'Cost of an operation by size, as a multiple of the smallest',
      xLabel: 'instances',
      yLabel: 'times',
      series: KINDS.map(costCurve),
    },
  ],
});
