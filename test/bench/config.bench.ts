import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestBroker, type TestBroker } from '#testkit';
import { type Opened, type ReadersOrder, sharedClockMs, type Told } from './config-readers.js';
import { busySince } from './busy.js';
import { figureOf, percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { type BenchRegistry, startRegistry } from './registry.js';
import { medianOf } from './report/words.js';

const PROCESSES = options.isQuick ? 4 : 10;
const INSTANCES_EACH = options.isQuick ? 25 : 10;
const CHANGES = options.isQuick ? 20 : 200;
const APART_MS = 50;
const APPLICATIONS = options.isQuick ? 5 : 100;
const KEYS_EACH = 100;
const COLD_STARTS = options.isQuick ? 1 : 7;
const WAIT_MS_MAX = 10_000;
const KEY = 'limits.maxPool';

interface Readers {
  readonly opened: Opened;
  readonly child: ChildProcess;
}

/** Starts a process of readers and resolves when all of them hold their config. */
function startReaders(broker: TestBroker, order: Omit<ReadersOrder, 'access' | 'key'>): Promise<Readers> {
  const child = fork('dist/test/bench/config-readers.js', { execArgv: ['--expose-gc'] });
  const { url, user, password } = broker;
  return new Promise((resolve, reject) => {
    let opened: Opened | undefined;
    child.on('message', (message: Opened | { readonly said: string }) => {
      if ('ms' in message) opened = message;
      else if (message.said === 'ready' && opened !== undefined) resolve({ opened, child });
    });
    child.once('exit', (code) => reject(new Error(`readers ended with ${String(code)}`)));
    child.send({ access: { url, user, password }, key: KEY, ...order });
  });
}

async function send(method: string, url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** One application with so many keys, values as long as an address of a database is. */
function fill({ url }: BenchRegistry, application: string, keys: number): Promise<void> {
  const changes = Array.from({ length: keys }, (_, index) => ({
    key: `section-${index % 10}.setting-${index}`,
    value: `postgres://${application}-${index}.db.internal:5432/${application}?ssl=on`,
  }));
  return send('POST', `${url}/v1/namespaces/default/config/${application}`, { changes });
}

/** Fresh processes that open the config of an application, one after the other. */
async function coldStarts(broker: TestBroker, application: string, times: number): Promise<Opened[]> {
  const all: Opened[] = [];
  for (let index = 0; index < times; index += 1) {
    const order = { application, instances: [`cold-${index}`], isRegistering: false };
    const { opened, child } = await startReaders(broker, order);
    all.push(opened);
    child.disconnect();
  }
  return all;
}

/** From before the request is sent until the callback of each instance is called, in ms. */
async function changes({ url }: BenchRegistry, readers: readonly Readers[]) {
  const applied: number[] = [];
  const last: number[] = [];
  const answered: number[] = [];
  for (let value = 1; value <= CHANGES; value += 1) {
    const told = Promise.all(readers.map(({ child }) => toldBy(child, value)));
    const beganAtMs = sharedClockMs();
    await send('PUT', `${url}/v1/namespaces/default/config/live/${KEY}`, { value });
    answered.push(sharedClockMs() - beganAtMs);
    const tookMs = (await told).flat().map((atMs) => atMs - beganAtMs);
    applied.push(...tookMs);
    last.push(Math.max(...tookMs));
    await delay(APART_MS);
  }
  return { applied, last, answered };
}

function toldBy(child: ChildProcess, value: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`value ${value} was not applied`)), WAIT_MS_MAX);
    const hear = (message: Told): void => {
      if (message.value !== value) return;
      clearTimeout(late);
      child.off('message', hear);
      resolve(message.atMs);
    };
    child.on('message', hear);
  });
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
await fill(registry, 'app-0', KEYS_EACH);
const alone = await coldStarts(broker, 'app-0', COLD_STARTS);
for (let index = 1; index < APPLICATIONS; index += 1) await fill(registry, `app-${index}`, KEYS_EACH);
const among = await coldStarts(broker, 'app-0', COLD_STARTS);
await fill(registry, 'large', 1_000);
const large = await coldStarts(broker, 'large', COLD_STARTS);

await send('PUT', `${registry.url}/v1/namespaces/default/config/live/${KEY}`, { value: 0 });
const readers: Readers[] = [];
for (let index = 0; index < PROCESSES; index += 1) {
  const instances = Array.from({ length: INSTANCES_EACH }, (_, number) => `live-${index}-${number}`);
  readers.push(await startReaders(broker, { application: 'live', instances, isRegistering: true }));
}
const busy = busySince({
  'the registry': registry.pid,
  'the broker': broker.pid,
  ...Object.fromEntries(readers.map(({ child }, index) => [`readers ${index + 1}`, child.pid ?? -1])),
});
const { applied, last, answered } = await changes(registry, readers);
const changing = busy();
for (const { child } of readers) child.disconnect();
await registry.stop();
await broker.stop();

const all = APPLICATIONS * KEYS_EACH;
const { p50, p99, max } = percentiles(applied);
const name = `PUT -> callback in ${PROCESSES * INSTANCES_EACH} instances`;
const msOf = (opened: readonly Opened[]): number[] => opened.map(({ ms }) => ms);
const kbOf = (opened: readonly Opened[]): number[] => opened.map(({ heapKb }) => heapKb);
printFigures(
  'Config',
  [
    { name: `${name}, p50`, value: p50, unit: 'ms' },
    {
      name: `${name}, p99`,
      value: p99,
      unit: 'ms',
      goal: { atMost: 50 },
      limit: `the PUT itself is answered, and so stored, after ${percentiles(answered).p50.toFixed(1)} ms; ${changing}`,
    },
    { name: `${name}, longest`, value: max, unit: 'ms' },
    { name: `${name}, the last of them, p50`, value: percentiles(last).p50, unit: 'ms' },
    { name: 'PUT answered, p50', value: percentiles(answered).p50, unit: 'ms' },
    figureOf(`config of ${KEYS_EACH} keys among ${all}, cold`, 'ms', msOf(among), {
      goal: { atMost: 100 },
      limit: `with no other keys in the registry it takes ${medianOf(msOf(alone)).toFixed(1)} ms`,
    }),
    figureOf(`config of ${KEYS_EACH} keys, no others, cold`, 'ms', msOf(alone)),
    figureOf(`config of 1000 keys among ${all}, cold`, 'ms', msOf(large), {
      goal: { atMost: 100 },
      limit: `${KEYS_EACH} keys take ${medianOf(msOf(among)).toFixed(1)} ms, so each further key takes ${(((medianOf(msOf(large)) - medianOf(msOf(among))) * 1_000) / (1_000 - KEYS_EACH)).toFixed(1)} us`,
    }),
    figureOf(`heap of ${KEYS_EACH} keys among ${all}`, 'KB', kbOf(among)),
    figureOf(`heap of ${KEYS_EACH} keys, no others`, 'KB', kbOf(alone)),
    figureOf(`heap of 1000 keys among ${all}`, 'KB', kbOf(large)),
  ],
  {
    fixture: `${CHANGES} changes ${APART_MS} ms apart over HTTP, ${PROCESSES} processes of ${INSTANCES_EACH} registered instances, each on a connection of its own; cold: fresh processes, already connected; values of about 60 B`,
    missing: [
      'etcd: a watch on a key is how its users follow config; 100 of them on one key were not built, and the benchmark of the peers has one watcher',
    ],
    durability: 'synced to disk before the write is answered',
  },
);
