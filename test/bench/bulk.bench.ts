import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTestBroker } from '#testkit';
import { fixtureRecord } from './fixtures.js';
import { fixtureBytes } from './journal.js';
import { cpuMsOf, figureOf, printFigures } from './measure.js';
import { options } from './options.js';
import { startRegistry } from './registry.js';

const ROUNDS = 3;
const BATCHES = options.isQuick ? 6 : 40;
const BATCH = 1_000;
const IN_FLIGHT = 4;
const WARM_BATCHES = 5;

interface Order {
  readonly url: string;
  readonly round: number;
  readonly batches: number;
}

function itemOf(number: number) {
  const { namespace: _namespace, incarnation: _incarnation, ...record } = fixtureRecord(number, Infinity);
  return { ...record, instance: `${record.service}-${number}`, leaseMs: 0 };
}

/** One body: a thousand registrations nobody has made before. */
function bodyOf({ round }: Order, batch: number): string {
  const first = (round * BATCHES + batch) * BATCH;
  return JSON.stringify(Array.from({ length: BATCH }, (_, index) => itemOf(first + index)));
}

/** The asking side: bodies are made before, then so many requests are in flight until all are answered. */
async function register(order: Order): Promise<number> {
  const bodies = Array.from({ length: order.batches }, (_, batch) => bodyOf(order, batch));
  const send = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const response = await fetch(`${order.url}/v1/namespaces/default/instances`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const { registered } = (await response.json()) as { registered: number };
      if (registered !== BATCH) throw new Error(`${registered} of ${BATCH} were registered`);
    }
  };
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  return (order.batches * BATCH * 1_000) / (performance.now() - startedAtMs);
}

function rateOf(order: Order): Promise<number> {
  const asker = fork(fileURLToPath(import.meta.url), ['register', JSON.stringify(order)]);
  return new Promise((resolve, reject) => {
    asker.once('message', (rate) => resolve(rate as number));
    asker.once('exit', () => reject(new Error('the registering process ended')));
  });
}

/** Time until the view shows everything that was registered, in ms. */
async function caughtUpMs(url: string, registered: number): Promise<number> {
  const startedAtMs = performance.now();
  const deadline = AbortSignal.timeout(60_000);
  // One that is there since the warm-up: a question that costs the registry next to nothing.
  const { service, instance } = itemOf(ROUNDS * BATCHES * BATCH);
  const path = `/v1/namespaces/default/services/${service}/instances/${instance}`;
  for (;;) {
    const { headers, body } = await fetch(url + path, { signal: deadline });
    await body?.cancel();
    if (Number(headers.get('x-rollcall-sequence')) >= registered) return performance.now() - startedAtMs;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function cpuOf(servers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(servers).map(([name, pid]) => [name, cpuMsOf(pid)]));
}

async function benchBulk(): Promise<void> {
  const broker = await startTestBroker({ synced: true });
  const registry = await startRegistry(broker);
  const { url } = registry;
  await rateOf({ url, round: ROUNDS, batches: WARM_BATCHES });
  let registered = WARM_BATCHES * BATCH;
  await caughtUpMs(url, registered);
  const servers = { registry: registry.pid, broker: broker.pid };
  const before = cpuOf(servers);
  const rates: number[] = [];
  const behindMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.push(await rateOf({ url, round, batches: BATCHES }));
    registered += BATCHES * BATCH;
    behindMs.push(await caughtUpMs(url, registered));
  }
  const count = ROUNDS * BATCHES * BATCH;
  const costs = Object.entries(cpuOf(servers)).map(([server, ms]) => ({
    name: `CPU of the ${server}, stored and projected`,
    value: ((ms - (before[server] ?? 0)) * 1_000) / count,
    unit: 'us an event',
  }));
  const [registryUs = NaN, brokerUs = NaN] = costs.map(({ value }) => value);
  printFigures(
    'Registering in bulk',
    [
      figureOf('registrations over HTTP, 1,000 a request', 'events/s', rates, {
        goal: { atLeast: 15_000 },
        note: 'asking, checking, storing and projecting share the cores of this machine; see the CPU below',
        limit: `an event costs the registry process, all its threads, ${registryUs.toFixed(0)} us of CPU and the broker ${brokerUs.toFixed(0)} us, and the asking process shares the cores with them`,
      }),
      figureOf('answered -> all of it in the view', 'ms', behindMs),
      ...costs,
      { name: 'memory of the registry', value: registry.residentMb, unit: 'MB' },
    ],
    {
      fixture: `${BATCHES} requests of ${BATCH} new instances of ${fixtureBytes().record} B a round, ${IN_FLIGHT} in flight; the view is projected meanwhile by the same process`,
      durability: 'every event synced before its request is answered',
    },
  );
  await registry.stop();
  await broker.stop();
}

const [, , role, order = '{}'] = process.argv;
if (role === 'register') {
  process.send?.(await register(JSON.parse(order) as Order));
  process.disconnect();
} else await benchBulk();
