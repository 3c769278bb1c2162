import { startTestBroker } from '#testkit';
import { type AudienceReport, startAudience } from '../e2e/fixtures/audience-process.js';
import { type Changes, startChanges } from '../e2e/fixtures/changes.js';
import { cpuMsOf, type Figure, printFigures } from './measure.js';
import { options } from './options.js';
import { type BenchRegistry, startRegistry } from './registry.js';

const WATCHERS = options.isQuick ? [1, 100, 1_000] : [1, 100, 1_000, 5_000];
const CHANGES = options.isQuick ? 6 : 50;
/** Slow enough for one change to have reached everybody before the next. */
const PER_SECOND = 4;
const SERVICE = 'orders';
const PATH = `/v1/namespaces/default/watch?service=${SERVICE}`;

interface FannedOut {
  readonly watchers: number;
  readonly report: AudienceReport;
  readonly kbPerWatcher: number;
  /** CPU of the registry for each change, in ms. */
  readonly cpuMs: number;
}

/** So many watch one service over server-sent events; its changes come one after the other. */
async function fanOut(registry: BenchRegistry, changes: Changes, watchers: number): Promise<FannedOut> {
  await fetch(`${registry.url}/v1/namespaces?atLeast=${changes.lastSequence}`);
  const beforeMb = registry.residentMb;
  const port = Number(new URL(registry.url).port);
  const audience = await startAudience({ port, groups: [{ path: PATH, count: watchers }] });
  const beforeCpuMs = cpuMsOf(registry.pid);
  const { [SERVICE]: written = [] } = await changes.write(CHANGES, PER_SECOND);
  const report = await audience.report({ [PATH]: written });
  const cpuMs = (cpuMsOf(registry.pid) - beforeCpuMs) / CHANGES;
  const kbPerWatcher = ((registry.residentMb - beforeMb) * 1_024) / watchers;
  await audience.kill();
  return { watchers, report, kbPerWatcher, cpuMs };
}

function figuresOf({ watchers, report, kbPerWatcher, cpuMs }: FannedOut): Figure[] {
  const name = `one change -> heard by ${watchers.toLocaleString('en')}`;
  const limit = `a change costs the registry process ${cpuMs.toFixed(1)} ms of CPU for ${watchers.toLocaleString('en')} sockets, and one process reads them all`;
  const goal = watchers === 1_000 ? { goal: { atMost: 50 }, limit } : {};
  return [
    { name: `${name}, p50`, value: report.p50Ms, unit: 'ms' },
    { name: `${name}, p99`, value: report.p99Ms, unit: 'ms', ...goal },
    {
      name: `${name}, lost`,
      value: report.missing + report.gaps,
      unit: 'changes',
      goal: { atMost: 0 },
      limit: '0 is the limit',
    },
    ...(watchers < 1_000
      ? []
      : [
          { name: `memory of the registry, ${watchers} watchers`, value: kbPerWatcher, unit: 'KB a watcher' },
        ]),
  ];
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
const changes = await startChanges(broker, [SERVICE]);
const measured: FannedOut[] = [];
for (const watchers of WATCHERS) {
  console.log(`  ${watchers} watchers …`);
  measured.push(await fanOut(registry, changes, watchers));
}
await changes.close();
await registry.stop();
await broker.stop();

const curve = (of: (report: AudienceReport) => number) =>
  measured.map(({ watchers, report }) => [watchers, of(report)] as const);
printFigures('Fan-out of one change', measured.flatMap(figuresOf), {
  fixture: `${CHANGES} changes of one service of 20 instances, records with one endpoint and two labels, ${PER_SECOND} a second, to watchers over HTTP (server-sent events) in one process; times are over all deliveries, from before the write to after the read`,
  durability: 'the journal is synced before a change is projected',
  missing: [
    'etcd, ZooKeeper, NATS KV: no driver for thousands of watchers was built, and theirs watch over other protocols than server-sent events',
  ],
  plots: [
    {
      title: 'Fan-out of one change by number of watchers',
      xLabel: 'watchers',
      yLabel: 'ms',
      isLogarithmic: true,
      series: [
        { name: 'p50', points: curve(({ p50Ms }) => p50Ms) },
        { name: 'p99', points: curve(({ p99Ms }) => p99Ms) },
      ],
    },
  ],
});
