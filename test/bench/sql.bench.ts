import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch } from '#nats';
import { openSqlDatabase, SqlProjection, sqlQuery } from '#sql';
import { startTestBroker } from '#testkit';
import { fixtureEvent } from './fixtures.js';
import { type Figure, printFigures, residentMb } from './measure.js';
import { options } from './options.js';

/** Building the SQL tables from zero: events a second, rows and position committed. */
async function benchSql(events: number, urls: Readonly<Record<string, string>>): Promise<Figure[]> {
  const broker = await startTestBroker({ synced: false });
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  const store = await openRegistryStore({ connection });
  for (let start = 0; start < events; start += 1_000) {
    const messages = Array.from({ length: Math.min(1_000, events - start) }, (_, offset) => {
      const event = fixtureEvent(start + offset, events / 10);
      return { subject: store.subjects.journal(event.aggregate), ...encodeEvent(event) };
    });
    await publishBatch(connection, store.streams.journal, messages);
  }
  const figures: Figure[] = [];
  for (const [name, url] of Object.entries(urls)) {
    const database = await openSqlDatabase(url);
    const projection = new SqlProjection({ journal: store.journal, database });
    await projection.rebuild();
    const startedAtMs = performance.now();
    const cpu = process.cpuUsage();
    await projection.start();
    await projection.reached(events, 600_000);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    await projection.stop();
    const [[count] = [0]] = (await sqlQuery(database, 'select count(*) from events')).rows;
    if (Number(count) !== events) throw new Error(`${name} holds ${String(count)} of ${events} events`);
    const note = `${events} events, ${events / 10} instances; ${Math.round((user + system) / events)} us of this process's CPU an event`;
    const goal = { atLeast: name === 'SQLite' ? 8_000 : 4_000 };
    figures.push({ name: `projection to ${name}`, value: events / seconds, unit: 'events/s', goal, note });
    await database.close();
  }
  figures.push({ name: 'memory', value: residentMb(), unit: 'MB' });
  await connection.close();
  await broker.stop();
  return figures;
}

const directory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
// npm run bench -- sql, or by hand with a count and the URL of a PostgreSQL database.
const [count = options.isQuick ? '20000' : '100000', postgres] = options.words;
const urls = {
  SQLite: join(directory, 'bench.db'),
  ...(postgres === undefined ? {} : { PostgreSQL: postgres }),
};
printFigures('SQL', await benchSql(Number(count), urls));
await rm(directory, { recursive: true, force: true });
