import { startTestBroker } from '#testkit';
import { busySince } from './busy.js';
import { fixtureRecord } from './fixtures.js';
import { type HttpWorkload, measureHttp } from './http-load.js';
import { fixtureBytes } from './journal.js';
import { type Figure, figureOf, printFigures } from './measure.js';
import { options } from './options.js';
import { startRegistry } from './registry.js';

const SECONDS = options.isQuick ? 0.7 : 4;
const WARM_SECONDS = options.isQuick ? 0.3 : 1;
const ROUNDS = options.isQuick ? 1 : 3;
const CONNECTIONS = 32;
const INSTANCES = 20;
const SERVICES = 50;
const namespace = '/v1/namespaces/default';

/** 50 services of 20 instances each. */
async function fill(url: string): Promise<void> {
  const items = Array.from({ length: SERVICES * INSTANCES }, (_, index) => {
    const service = `service-${index % SERVICES}`;
    const { namespace: _namespace, incarnation: _incarnation, ...record } = fixtureRecord(index, 10_000);
    return { ...record, leaseMs: 0, service, instance: `${service}-${Math.floor(index / SERVICES)}` };
  });
  const half = items.length / 2;
  for (const body of [items.slice(0, half), items.slice(half)]) {
    const response = await fetch(`${url}${namespace}/instances`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { registered, results } = (await response.json()) as { registered: number; results: unknown[] };
    if (registered !== body.length)
      throw new Error(`${registered} were registered: ${JSON.stringify(results[0])}`);
    await fetch(`${url}${namespace}/services?atLeast=${response.headers.get('x-rollcall-sequence')}`);
  }
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
await fill(registry.url);
const list = `${namespace}/services/service-7/instances`;
const etag = (await fetch(registry.url + list)).headers.get('etag') ?? '';

const questions: readonly [name: string, ask: Partial<HttpWorkload>, atLeast?: number][] = [
  ['GET instances of a service', { path: list }, 12_000],
  ['the same, known already (304)', { path: list, headers: { 'if-none-match': etag } }],
  ['the same, gzip', { path: list, headers: { 'accept-encoding': 'gzip' } }],
  ['the same, filtered: version=^1, routable', { path: `${list}?version=%5E1&routable=true` }],
  ['GET one instance', { path: `${list}/service-7-3` }],
];
const figures: Figure[] = [];
for (const [name, asked, atLeast] of questions) {
  const workload = {
    port: Number(new URL(registry.url).port),
    path: list,
    connections: CONNECTIONS,
    seconds: SECONDS,
    ...asked,
  };
  await measureHttp({ ...workload, seconds: WARM_SECONDS });
  const rounds = [];
  const busy = busySince({ 'the registry': registry.pid, 'the broker': broker.pid });
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureHttp(workload));
  const limit = `${busy()}, and the asking process takes its share of the same cores`;
  const [first] = rounds;
  const others = rounds.reduce((sum, rate) => sum + rate.others, 0);
  const p99Ms = Math.max(...rounds.map((rate) => rate.p99Ms));
  const note = `${first?.bytes} bytes, status ${first?.status}, ${others} others; p50 ${first?.p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  const rates = rounds.map(({ perSecond }) => perSecond);
  figures.push(
    figureOf(name, 'requests/s', rates, {
      note,
      ...(atLeast === undefined ? {} : { goal: { atLeast }, limit }),
    }),
  );
}
figures.push({ name: 'memory of the registry', value: registry.residentMb, unit: 'MB' });
printFigures('Asking over HTTP', figures, {
  fixture: `${SERVICES} services of ${INSTANCES} instances, each a record of ${fixtureBytes().record} B of JSON; ${CONNECTIONS} connections with one request in flight each, from another process on the same cores`,
  durability: 'nothing is written while it is measured',
});
await registry.stop();
await broker.stop();
