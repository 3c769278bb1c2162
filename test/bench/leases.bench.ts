import { heartbeatTtlMs, type InstanceRecord } from '#contracts';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { instancesOf, startCrowd } from '../e2e/fixtures/crowd-process.js';
import { type Program, startProgram } from '../e2e/fixtures/program.js';
import type { BeatCount } from './beat-crowd.js';
import { fixtureEvent } from './fixtures.js';
import { fixtureBytes } from './journal.js';
import { cpuMsOf, type Figure, printFigures, residentMbOf } from './measure.js';
import { options } from './options.js';
import { type BenchRegistry, startRegistry } from './registry.js';
import { settled } from './settled.js';

const SDK_LEASES = options.isQuick ? 400 : 10_000;
const SDK_PROCESSES = 4;
const SDK_LEASE = { heartbeatMs: 5_000, leaseMs: 15_000 };
const MANY_LEASES = options.isQuick ? [10_000] : [10_000, 100_000];
/** The size that has goals. */
const MOST_LEASES = 100_000;
const MANY_LEASE = { heartbeatMs: 10_000, leaseMs: 30_000 };
const SDK_SECONDS = options.isQuick ? 4 : 90;
const MANY_SECONDS = options.isQuick ? 3 : 40;

const connect = ({ url, user, password }: TestBroker) => connectBroker({ url, user, password });

/** What was said of whom; every live instance in it was wronged. */
async function verdicts(store: RegistryStore): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await store.journal.read({ patterns: ['*.verdict.>'] }, (raw) => {
    const type = raw.header('ce-type') ?? 'none';
    counts.set(type, (counts.get(type) ?? 0) + 1);
  });
  return counts;
}

/** CPU and memory of broker and registry while so many leases are renewed. */
async function watchCosts(
  what: { readonly name: string; readonly seconds: number; readonly goals?: boolean },
  broker: TestBroker,
  registry: BenchRegistry,
): Promise<Figure[]> {
  const before = { broker: cpuMsOf(broker.pid), registry: cpuMsOf(registry.pid), atMs: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, what.seconds * 1_000));
  const elapsedMs = performance.now() - before.atMs;
  const brokerShare = ((cpuMsOf(broker.pid) - before.broker) / elapsedMs) * 100;
  const registryShare = ((cpuMsOf(registry.pid) - before.registry) / elapsedMs) * 100;
  const goal = (atMost: number) => (what.goals === true ? { goal: { atMost } } : {});
  const unit = '% of a core';
  return [
    { name: `${what.name}: broker`, value: brokerShare, unit, ...goal(45) },
    { name: `${what.name}: registry`, value: registryShare, unit },
    { name: `${what.name}: broker + registry`, value: brokerShare + registryShare, unit, ...goal(80) },
    { name: `${what.name}: broker, resident`, value: residentMbOf(broker.pid), unit: 'MB' },
    { name: `${what.name}: registry, resident`, value: registry.residentMb, unit: 'MB' },
  ];
}

function verdictFigures(name: string, counts: Map<string, number>): Figure[] {
  const of = (word: string): number => counts.get(`rollcall.verdict.${word}.v1`) ?? 0;
  const goal = { atMost: 0 };
  const limit = '0 is the limit';
  return [
    { name: `${name}: wrongly expired`, value: of('expired'), unit: 'verdicts', goal, limit },
    { name: `${name}: wrongly suspected`, value: of('suspected'), unit: 'verdicts', goal, limit },
  ];
}

/** Instances of the SDK itself: registered, beating from its worker thread, answering probes. */
async function sdkLeases(): Promise<Figure[]> {
  const broker = await startTestBroker({ synced: true });
  const registry = await startRegistry(broker, { role: 'registry with leases of the SDK' });
  const store = await openRegistryStore({ connection: await connect(broker) });
  const each = SDK_LEASES / SDK_PROCESSES;
  const startedAtMs = performance.now();
  const crowds = await Promise.all(
    Array.from({ length: SDK_PROCESSES }, (_, index) =>
      startCrowd(broker, { instances: instancesOf(`crowd-${index}`, each), lease: SDK_LEASE }),
    ),
  );
  const registeredSeconds = (performance.now() - startedAtMs) / 1_000;
  await settled(store);
  const name = `${SDK_LEASES.toLocaleString('en')} leases, a beat every 5 s`;
  const figures = await watchCosts({ name, seconds: SDK_SECONDS }, broker, registry);
  const counts = await verdicts(store);
  const troubles = crowds.flatMap(({ said }) => said);
  await Promise.all(crowds.map((crowd) => crowd.kill()));
  await registry.stop();
  await store.connection.close();
  await broker.stop();
  const note = `${SDK_PROCESSES} processes of the SDK, processes started to all registered; ${troubles.length} troubles told`;
  return [
    ...verdictFigures(name, counts),
    ...figures,
    { name: `${name}: all registered`, value: registeredSeconds, unit: 's', note },
  ];
}

function leasedRecord(index: number, leases: number): InstanceRecord {
  return { ...fixtureEvent(index, leases).data, ...MANY_LEASE };
}

async function fill(store: RegistryStore, leases: number): Promise<void> {
  for (let start = 0; start < leases; start += 1_000) {
    const messages = Array.from({ length: 1_000 }, (_, offset) => {
      const data = leasedRecord(start + offset, leases);
      const event = { ...fixtureEvent(start + offset, leases), data };
      return { subject: store.subjects.journal(event.aggregate), ...encodeEvent(event) };
    });
    await publishBatch(store.connection, store.streams.journal, messages);
  }
}

/** A process that beats for all of them; resolves when each has beaten once. */
async function startBeats(broker: TestBroker, leases: number): Promise<Program> {
  const program = startProgram('test/bench/beat-crowd.js', {});
  const begun = new Promise<void>((resolve, reject) => {
    program.onMessage((message) => {
      const { said, text } = message as { said: string; text?: string };
      if (said === 'begun') resolve();
      else if (said === 'failed') reject(new Error(text));
    });
    program.ended.then(() => reject(new Error(`it ended: ${program.output()}`)), reject);
  });
  const { url, user, password } = broker;
  const ttlMs = heartbeatTtlMs(MANY_LEASE.heartbeatMs);
  const { heartbeatMs } = MANY_LEASE;
  program.send({ access: { url, user, password }, instances: leases, heartbeatMs, ttlMs });
  await begun;
  return program;
}

function countOf(program: Program): Promise<BeatCount> {
  return new Promise((resolve) => {
    program.onMessage((message) => {
      const { said, count } = message as { said: string; count: BeatCount };
      if (said === 'count') resolve(count);
    });
    program.send({});
  });
}

/** More leases than processes of the SDK fit on one machine: beats of the same form, acknowledged, from one process. */
async function manyLeases(leases: number): Promise<Figure[]> {
  const broker = await startTestBroker({ synced: true });
  const store = await openRegistryStore({ connection: await connect(broker) });
  await fill(store, leases);
  const { lastSequence } = await store.journal.ends();
  const beats = await startBeats(broker, leases);
  const registry = await startRegistry(broker, { role: `registry with ${leases} leases` });
  const waiting = new ViewFollower({ ...store, scope: { namespace: 'none' } });
  await waiting.start();
  await waiting.reached(lastSequence, 120_000);
  waiting.close();
  await settled(store);
  const before = await countOf(beats);
  const name = `${leases.toLocaleString('en')} leases, a beat every 10 s`;
  const what = { name, seconds: MANY_SECONDS, goals: leases === MOST_LEASES };
  const figures = await watchCosts(what, broker, registry);
  const after = await countOf(beats);
  const counts = await verdicts(store);
  await beats.kill();
  await registry.stop();
  await store.connection.close();
  await broker.stop();
  const rate = (after.acknowledged - before.acknowledged) / MANY_SECONDS;
  const costOf = (part: string): string => {
    const share = figures.find(({ name: figure }) => figure === `${name}: ${part}`)?.value ?? NaN;
    return ((share * 10_000) / rate).toFixed(0);
  };
  const limit = `a beat costs the broker ${costOf('broker')} us, which stores and acknowledges it, and the registry ${costOf('registry')} us, which hears only of those that stop; whatever else they did meanwhile is in it`;
  const limited = new Set([`${name}: broker`, `${name}: broker + registry`]);
  const told = figures.map((figure) => (limited.has(figure.name) ? { ...figure, limit } : figure));
  return [
    ...verdictFigures(name, counts),
    { name: `${name}: renewed`, value: rate, unit: 'beats/s', note: `${after.failed} failed` },
    ...told,
  ];
}

const durability = 'beats are acknowledged and persisted asynchronously; the journal is synced';
const [only] = options.words;
if (only !== 'many') {
  console.log(`  ${SDK_LEASES} leases of the SDK for ${SDK_SECONDS} s …`);
  printFigures('Leases of the SDK: nobody is wronged', await sdkLeases(), {
    fixture: `${SDK_LEASES} instances of the SDK in ${SDK_PROCESSES} processes, beating from its worker threads, for ${SDK_SECONDS} s`,
    durability,
  });
}
if (only !== 'sdk') {
  const figures: Figure[] = [];
  for (const leases of MANY_LEASES) {
    console.log(`  ${leases} leases for ${MANY_SECONDS} s …`);
    figures.push(...(await manyLeases(leases)));
  }
  printFigures('Many leases: what they cost', figures, {
    fixture: `${MANY_LEASES.join(' and then ')} leases of records of ${fixtureBytes().record} B, renewed from one process, in the form of the SDK, for ${MANY_SECONDS} s`,
    durability,
  });
}
