import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { fixtureEvent, fixtureRecord } from './fixtures.js';
import { type Figure, percentiles, printFigures } from './measure.js';

const isQuick = process.argv.includes('--quick');
const SAMPLES = isQuick ? 500 : 3_000;
const INSTANCES = isQuick ? 10_000 : 100_000;

/** The registry as it ships, on a broker with a synced journal; resolves when it is ready. */
async function startRegistry(broker: TestBroker): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['dist/apps/registry/src/main.js'], {
    env: {
      ...process.env,
      ...broker.env,
      ROLLCALL_HTTP_PORT: '0',
      ROLLCALL_DNS_PORT: '0',
      ROLLCALL_LOG: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((candidate) => candidate.includes('"listening"'));
      if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const connect = (broker: TestBroker) =>
  connectBroker({ url: broker.url, user: broker.user, password: broker.password });

/** Register -> seen by a watcher on another connection, one after the other, warm. */
async function benchSeen(broker: TestBroker): Promise<Figure[]> {
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
  for (let index = 0; index < SAMPLES + 200; index += 1) {
    const data = fixtureRecord(index, 1_000, Math.floor(index / 1_000) + 1);
    const { namespace, service, instance } = data;
    const aggregate = { kind: 'instance', namespace, service, instance } as const;
    const arrived = new Promise<void>((resolve) => (seen = () => resolve()));
    const startedAtMs = performance.now();
    const event = { id: `bench-${index}`, type: 'rollcall.instance.registered.v1', aggregate, data };
    await Promise.all([writer.journal.append(event), arrived]);
    if (index >= 200) samples.push(performance.now() - startedAtMs);
  }
  follower.close();
  await writer.connection.close();
  await watcher.connection.close();
  const { p50, p99, p999 } = percentiles(samples);
  const note = `${SAMPLES} registrations, journal synced before the ack, registry in a process of its own`;
  return [
    { name: 'register -> seen, p50', value: p50, unit: 'ms', goal: { atMost: 1 }, note },
    { name: 'register -> seen, p99', value: p99, unit: 'ms' },
    { name: 'register -> seen, p99.9', value: p999, unit: 'ms' },
  ];
}

async function fill(store: RegistryStore): Promise<void> {
  for (let start = 0; start < INSTANCES; start += 1_000) {
    const messages = Array.from({ length: 1_000 }, (_, offset) => {
      const event = fixtureEvent(start + offset, INSTANCES);
      return { subject: store.subjects.journal(event.aggregate), ...encodeEvent(event) };
    });
    await publishBatch(store.connection, store.streams.journal, messages);
  }
}

/** What a view of many instances costs: a client that loads it, and the registry that holds it. */
async function benchLoad(broker: TestBroker): Promise<Figure[]> {
  const store = await openRegistryStore({ connection: await connect(broker) });
  await fill(store);
  const { lastSequence } = await store.journal.ends();
  const projecting = await startRegistry(broker);
  const waiting = new ViewFollower({ ...store, scope: { namespace: 'none' } });
  await waiting.start();
  await waiting.reached(lastSequence, 120_000);
  waiting.close();
  const projectedMb = residentOf(projecting);
  projecting.kill('SIGTERM');
  await new Promise((resolve) => projecting.once('exit', resolve));
  const startedAtMs = performance.now();
  const registry = await startRegistry(broker);
  const readyMs = performance.now() - startedAtMs;
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const follower = new ViewFollower({ ...store, connection: await connect(broker) });
    const beganAtMs = performance.now();
    await follower.start();
    times.push(performance.now() - beganAtMs);
    if (follower.table.size !== INSTANCES) throw new Error(`loaded ${follower.table.size} of ${INSTANCES}`);
    follower.close();
  }
  const settledMb = residentOf(registry);
  registry.kill('SIGTERM');
  await store.connection.close();
  const note = `${INSTANCES} instances of the fixture`;
  return [
    {
      name: 'a client loads the view, p50 of 5',
      value: percentiles(times).p50 / 1_000,
      unit: 's',
      goal: { atMost: 1.5 },
      note,
    },
    {
      name: 'registry, resident, view loaded from the bucket',
      value: settledMb,
      unit: 'MB',
      goal: { atMost: 320 },
      note,
    },
    {
      name: 'registry, resident, right after projecting the journal from zero',
      value: projectedMb,
      unit: 'MB',
      note,
    },
    { name: 'registry start to ready with that view', value: readyMs / 1_000, unit: 's', note },
  ];
}

/** Resident set of a process in MB, from /proc. */
function residentOf({ pid }: ChildProcess): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
}

const synced = await startTestBroker({ synced: true });
const registry = await startRegistry(synced);
printFigures('Main job', await benchSeen(synced));
registry.kill('SIGTERM');
await synced.stop();
const broker = await startTestBroker();
printFigures('A large view', await benchLoad(broker));
await broker.stop();
