import { Auditor, ChainVerifier, History, silentLog, SnapshotMaker } from '#application';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch } from '#nats';
import { startTestBroker } from '#testkit';
import { busySince } from './busy.js';
import { fixtureEvent } from './fixtures.js';
import { fixtureBytes } from './journal.js';
import { type Figure, figureOf, percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { profiled } from './profile.js';

const INSTANCES = 10_000;
const SERVICES = 500;
const BATCH = 1_000;
/** `as-of.bench.js --report=... 200000` makes a smaller journal. */
const events = Number(options.words[0] ?? (options.isQuick ? 30_000 : 1_000_000));
const questions = options.isQuick ? 200 : 500;

async function fill({ connection, streams, subjects }: RegistryStore): Promise<void> {
  for (let start = 0; start < events; start += BATCH) {
    const messages = [];
    for (let index = start; index < Math.min(start + BATCH, events); index += 1) {
      const event = fixtureEvent(index, INSTANCES);
      messages.push({ subject: subjects.journal(event.aggregate), ...encodeEvent(event) });
    }
    await publishBatch(connection, streams.journal, messages);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}

/** Depths and services spread over all there are, the same ones each time. */
const depthOf = (index: number): number => INSTANCES + ((index * 7_919_993) % (events - INSTANCES)) + 1;
const serviceOf = (index: number): string => `service-${String((index * 37) % SERVICES).padStart(3, '0')}`;

async function benchReads(store: RegistryStore, brokerPid: number): Promise<Figure[]> {
  const history = new History({ ...store, log: silentLog, nowMs: () => Date.now() });
  const busy = busySince({ 'this process': process.pid, 'the broker': brokerPid });
  const oneService: number[] = [];
  for (let index = 0; index < questions; index += 1) {
    const place = { namespace: 'default', service: serviceOf(index) };
    oneService.push(await timed(() => history.readerAt(String(depthOf(index)), place)));
  }
  const asked = busy();
  const busyWhole = busySince({ 'this process': process.pid, 'the broker': brokerPid });
  const whole: number[] = [];
  for (let index = 0; index < 5; index += 1)
    whole.push(await timed(() => history.readerAt(String(depthOf(index * 11)), {})));
  const askedWhole = busyWhole();
  const { p50, p99 } = percentiles(oneService);
  return [
    {
      name: 'at, one service, p50',
      unit: 'ms',
      value: p50,
      goal: { atMost: 40 },
      limit: `${asked}; what follows the nearest snapshot is read and folded anew for each question`,
    },
    {
      name: 'at, one service, p99',
      unit: 'ms',
      value: p99,
      goal: { atMost: 120 },
      limit: `the middle one takes ${p50.toFixed(1)} ms; a question takes longer the more events lie between it and the nearest snapshot`,
    },
    figureOf(`at, all ${INSTANCES} instances`, 'ms', whole, {
      goal: { atMost: 1_000 },
      limit: `${askedWhole}; the whole of a snapshot is read and parsed, and what follows it folded`,
    }),
  ];
}

async function benchVerify(store: RegistryStore, brokerPid: number): Promise<Figure> {
  const { audit } = store;
  await new Auditor({ journal: store.journal, source: audit, trail: audit }).catchUp();
  const busy = busySince({ 'this process': process.pid, 'the broker': brokerPid });
  const rates: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const verifier = new ChainVerifier();
    const ms = await timed(async () => {
      await audit.readAll({
        onBlock: (block) => verifier.block(block),
        onCheckpoint: (signed) => verifier.checkpoint(signed),
      });
      await audit.readStored({ from: 1, to: events }, (event) => verifier.event(event));
    });
    const report = verifier.report(undefined);
    if (report.events !== events || report.findings.length > 0) throw new Error(JSON.stringify(report));
    rates.push((events / ms) * 1_000);
  }
  return figureOf('verify the whole chain', 'events/s', rates, {
    goal: { atLeast: 80_000 },
    limit: `${busy()}; each hash contains the one before, so one thread makes them one after the other`,
  });
}

const broker = await startTestBroker({ synced: false });
const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
const store = await openRegistryStore({ connection });
console.log(`  filling a journal with ${events} events …`);
await fill(store);
const maker = new SnapshotMaker({ ...store, log: silentLog });
console.log('  making snapshots …');
let snapshots = 0;
while ((await maker.makeNext()) !== undefined) snapshots += 1;
console.log('  asking, then verifying …');
const figures = [
  ...(await profiled('reads as of', () => benchReads(store, broker.pid))),
  await profiled('verify', () => benchVerify(store, broker.pid)),
];
store.journal.close();
await connection.close();
await broker.stop();
const fixture = `${events} events of ${fixtureBytes().event} B with headers, ${INSTANCES} instances of ${SERVICES} services, ${snapshots} snapshots; ${questions} questions about one service and 5 about everything, each at another depth, one after the other; reader and broker are two processes`;
printFigures('As of', figures, { fixture, durability: 'reading; nothing is written' });
