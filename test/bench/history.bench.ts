import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { createBackup, exportSlice, replayArchive, restoreBackup } from '#archive';
import { Auditor, History, silentLog } from '#application';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch } from '#nats';
import { startTestBroker } from '#testkit';
import { busySince } from './busy.js';
import { fixtureEvent } from './fixtures.js';
import { fixtureBytes } from './journal.js';
import { type Figure, figureOf, printFigures } from './measure.js';
import { options } from './options.js';
import { profiled } from './profile.js';

const EVENTS = options.isQuick ? 40_000 : 1_000_000;
const INSTANCES = 10_000;
const ROUNDS = 3;

/** How busy everybody was in the last round of each. */
const limits = new Map<string, string>();

/** Events a second that something long gets through, with a broker beside it. */
async function rateOf(what: string, brokerPid: number, work: () => Promise<unknown>): Promise<number> {
  console.log(`  ${what} …`);
  const busy = busySince({ 'this process': process.pid, 'the broker': brokerPid });
  const startedAtMs = performance.now();
  await profiled(what, work);
  limits.set(what, busy());
  return (EVENTS / (performance.now() - startedAtMs)) * 1_000;
}

async function fill(store: RegistryStore): Promise<void> {
  for (let start = 0; start < EVENTS; start += 1_000) {
    const messages = Array.from({ length: 1_000 }, (_, index) => {
      const event = fixtureEvent(start + index, INSTANCES);
      return { subject: store.subjects.journal(event.aggregate), ...encodeEvent(event) };
    });
    await publishBatch(store.connection, store.streams.journal, messages);
  }
  await new Auditor({ journal: store.journal, source: store.audit, trail: store.audit }).catchUp();
}

const directory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
const start = async () => {
  const broker = await startTestBroker({ synced: false });
  const { url, user, password } = broker;
  return { broker, connection: await connectBroker({ url, user, password }) };
};
const source = await start();
const store = await openRegistryStore({ connection: source.connection });
console.log(`  filling a journal with ${EVENTS} events …`);
await fill(store);
const history = new History({ ...store, log: silentLog, nowMs: () => Date.now() });

const rates = {
  exported: [] as number[],
  imported: [] as number[],
  kept: [] as number[],
  restored: [] as number[],
};
let fileBytes = 0;
let backupBytes = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  console.log(`  round ${round + 1} of ${ROUNDS}`);
  const file = join(directory, `journal-${round}.ndjson.gz`);
  const order = { withBefore: true, nowMs: Date.now() };
  rates.exported.push(
    await rateOf('export', source.broker.pid, () => exportSlice({ ...store, history }, file, order)),
  );
  fileBytes = (await stat(file)).size;
  const target = await start();
  rates.imported.push(await rateOf('import', target.broker.pid, () => replayArchive(file, target)));
  const backup = join(directory, `backup-${round}`);
  rates.kept.push(
    await rateOf('backup', source.broker.pid, async () => {
      const { streams } = await createBackup(store, backup, { nowMs: Date.now() });
      backupBytes = streams.reduce((sum, { bytes }) => sum + bytes, 0);
    }),
  );
  const empty = await start();
  const place = { ...store, connection: empty.connection, manager: await jetstreamManager(empty.connection) };
  rates.restored.push(
    await rateOf('restore', empty.broker.pid, () => restoreBackup(place, backup, { replicas: 1 })),
  );
  await Promise.all([rm(file), rm(backup, { recursive: true })]);
  for (const { broker, connection } of [target, empty]) {
    await connection.close();
    await broker.stop();
  }
}
store.journal.close();
await source.connection.close();
await source.broker.stop();
await rm(directory, { recursive: true, force: true });

const goal = { atLeast: 40_000 };
const ONE_THREAD = 'one thread encodes or decodes, and hashes, every event';
const limitOf = (what: string, where = ONE_THREAD): Pick<Figure, 'limit'> => ({
  limit: `${limits.get(what)}; ${where}`,
});
const figures: Figure[] = [
  figureOf('export to a compressed archive', 'events/s', rates.exported, { goal, ...limitOf('export') }),
  figureOf('import of the archive into an empty journal, read twice', 'events/s', rates.imported, {
    goal,
    ...limitOf('import'),
  }),
  figureOf(
    'backup by stream snapshots',
    'events/s',
    rates.kept,
    limitOf('backup', 'the broker reads its own files, this process writes what comes'),
  ),
  figureOf(
    'restore of the backup, its chain of hashes verified',
    'events/s',
    rates.restored,
    limitOf('restore', 'the broker takes its files back, then this process verifies every event'),
  ),
  { name: 'the archive', value: fileBytes / EVENTS, unit: 'B an event' },
  { name: 'the backup', value: backupBytes / EVENTS, unit: 'B an event' },
];
printFigures('History in files', figures, {
  fixture: `${EVENTS} events of ${fixtureBytes().event} B with headers, of ${INSTANCES} instances, all audited; client and files in one process beside the broker`,
  durability: 'the brokers written to sync every two minutes, as a sandbox does',
});
