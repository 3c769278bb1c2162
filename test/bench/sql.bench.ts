import { openRegistryStore, type RegistryStore } from '#jetstream';
import { openSqlDatabase, SqlProjection, sqlQuery } from '#sql';
import { startTestBroker } from '#testkit';
import { databaseKinds } from '../integration/sql/databases.js';
import { busySince } from './busy.js';
import { connect, fillJournal, fixtureBytes } from './journal.js';
import { type Figure, figureOf, printFigures, residentMb } from './measure.js';
import { options } from './options.js';
import { profiled } from './profile.js';

const ROUNDS = options.isQuick ? 1 : 3;
const EVENTS = options.isQuick ? 20_000 : 60_000;
const INSTANCES = EVENTS / 10;
const GOALS: Readonly<Record<string, number>> = { SQLite: 8_000, PostgreSQL: 4_000 };
const WHERE: Readonly<Record<string, string>> = {
  SQLite: 'the database is in the process and shares its one thread with decoding',
  PostgreSQL: 'the rest of the time it waits for the database, which has processes of its own',
};
const REACHED_MS_MAX = 600_000;

interface Round {
  readonly eventsPerSecond: number;
  readonly cpuUs: number;
  /** In how far the cores were the limit. */
  readonly busyWords: string;
}

/** Builds the tables of an empty database from zero: rows and position committed. */
async function build(store: RegistryStore, url: string): Promise<Round> {
  const database = await openSqlDatabase(url);
  const projection = new SqlProjection({ journal: store.journal, database });
  await projection.rebuild();
  const busy = busySince({ 'this process': process.pid, 'the broker': broker.pid });
  const startedAtMs = performance.now();
  const cpu = process.cpuUsage();
  await projection.start();
  await projection.reached(EVENTS, REACHED_MS_MAX);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const busyWords = busy();
  await projection.stop();
  const [[count] = [0]] = (await sqlQuery(database, 'select count(*) from events')).rows;
  await database.close();
  if (Number(count) !== EVENTS) throw new Error(`the tables hold ${String(count)} of ${EVENTS} events`);
  return { eventsPerSecond: EVENTS / seconds, cpuUs: (user + system) / EVENTS, busyWords };
}

const broker = await startTestBroker({ synced: false });
const store = await openRegistryStore({ connection: await connect(broker) });
await fillJournal(store, EVENTS, INSTANCES);
const kinds = await databaseKinds();
const rounds = new Map<string, Round[]>();
for (const kind of kinds) await kind.start();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const kind of kinds) {
    const before = rounds.get(kind.name) ?? [];
    rounds.set(kind.name, [
      ...before,
      await profiled(kind.name, async () => build(store, await kind.freshUrl())),
    ]);
  }
}
for (const kind of kinds) await kind.stop();
const figures = [...rounds].flatMap(([system, taken]): Figure[] => {
  const rates = taken.map(({ eventsPerSecond }) => eventsPerSecond);
  const costs = taken.map(({ cpuUs }) => cpuUs);
  const goal = { atLeast: GOALS[system] ?? 0 };
  return [
    figureOf('projection from zero', 'events/s', rates, {
      system,
      goal,
      limit: `${taken.at(-1)?.busyWords}; ${WHERE[system]}`,
    }),
    figureOf('CPU of the projecting process', 'us an event', costs, { system }),
  ];
});
figures.push({ name: 'memory', value: residentMb(), unit: 'MB' });
printFigures('SQL', figures, {
  fixture: `${EVENTS} events of ${fixtureBytes().event} B with headers, of ${INSTANCES} instances, each of them changed nine times; both databases in turn`,
  durability: 'SQLite: write-ahead log, synced at checkpoints; PostgreSQL: each batch of 1,000 is synced',
  missing: rounds.has('PostgreSQL')
    ? []
    : ['PostgreSQL: this machine has no initdb and postgres, and ROLLCALL_TEST_POSTGRES names none'],
});
await store.connection.close();
await broker.stop();
