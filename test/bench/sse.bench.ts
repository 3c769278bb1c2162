import { startTestBroker } from '#testkit';
import { startAudience } from '../e2e/fixtures/audience-process.js';
import { type Changes, startChanges } from '../e2e/fixtures/changes.js';
import { cpuMsOf, type Figure, printFigures } from './measure.js';
import { options } from './options.js';
import { type BenchRegistry, startRegistry } from './registry.js';

const SECONDS = options.isQuick ? 2 : 20;
const WATCH = '/v1/namespaces/default/watch';
const services = Array.from({ length: 50 }, (_, index) => `service-${index}`);
const pathOf = (service: string): string => `${WATCH}?service=${service}`;

interface Trial {
  readonly name: string;
  readonly groups: readonly { readonly path: string; readonly count: number }[];
  readonly perSecond: number;
  readonly expected: (written: Record<string, number[]>) => Record<string, number[]>;
}

const trials: readonly Trial[] = [
  {
    name: '5,000 watchers, each on one of 50 services, 100 changes/s',
    groups: services.map((service) => ({ path: pathOf(service), count: 100 })),
    perSecond: 100,
    expected: (written) =>
      Object.fromEntries(Object.entries(written).map(([service, sequences]) => [pathOf(service), sequences])),
  },
  {
    name: '1,000 watchers of everything, 5 changes/s',
    groups: [{ path: WATCH, count: 1_000 }],
    perSecond: 5,
    expected: (written) => ({ [WATCH]: Object.values(written).flat() }),
  },
];

/** Watchers in one process, the registry in another, changes written to the journal by this one. */
async function run(trial: Trial, registry: BenchRegistry, changes: Changes): Promise<Figure[]> {
  const { name, groups, perSecond } = trial;
  await fetch(`${registry.url}/v1/namespaces?atLeast=${changes.lastSequence}`);
  const beforeMb = registry.residentMb;
  const startedAtMs = performance.now();
  const audience = await startAudience({ port: Number(new URL(registry.url).port), groups });
  const seatedMs = performance.now() - startedAtMs;
  const cpuBeforeMs = cpuMsOf(registry.pid);
  const written = await changes.write(SECONDS * perSecond, perSecond);
  const cpuShare = (cpuMsOf(registry.pid) - cpuBeforeMs) / (SECONDS * 10);
  const report = await audience.report(trial.expected(written));
  const { watchers, deliveries, missing, repeated, gaps, closed } = report;
  const afterMb = registry.residentMb;
  await audience.kill();
  const note = `${deliveries.toLocaleString('en')} deliveries in ${SECONDS} s; ${repeated} repeated, ${gaps} gaps, ${closed} closed`;
  const heard = (which: string, value: number): Figure => ({
    name: `${name}: written -> heard, ${which}`,
    value,
    unit: 'ms',
  });
  const perWatcherKb = ((afterMb - beforeMb) * 1_024) / watchers;
  return [
    {
      name: `${name}: changes lost`,
      value: missing + gaps,
      unit: 'changes',
      goal: { atMost: 0 },
      note,
      limit: '0 is the limit',
    },
    heard('p50', report.p50Ms),
    heard('p99', report.p99Ms),
    heard('most', report.maxMs),
    { name: `${name}: until all were told what is there`, value: seatedMs / 1_000, unit: 's' },
    {
      name: `${name}: memory of the registry`,
      value: afterMb,
      unit: 'MB',
      note: `${beforeMb.toFixed(0)} MB before; ${perWatcherKb.toFixed(1)} KB a watcher`,
    },
    { name: `${name}: processor of the registry`, value: cpuShare, unit: '% of a core' },
  ];
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
const changes = await startChanges(broker, services);
const figures: Figure[] = [];
for (const trial of trials) figures.push(...(await run(trial, registry, changes)));
printFigures('Watching by server-sent events', figures, {
  fixture:
    '1,000 instances of 50 services, records with one endpoint and two labels; broker, registry, watchers and writer are processes of their own',
  durability: 'journal synced before the ack',
});
await changes.close();
await registry.stop();
await broker.stop();
