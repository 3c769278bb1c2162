import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openSqlDatabase, openSqlReader, type SqlDatabase, sqlQuery, type SqlReader } from '#sql';
import { databaseKinds } from './databases.js';

const row = "(sequence, at, at_ms, subject, outcome) values (99, '', 0, '', '')";
const rowFrom = "(sequence, at, at_ms, subject, outcome) select s, '', 0, '', '' from x";

/** What somebody may try who was only allowed to ask. */
const anywhere = (victim: string): string[] => [
  '',
  `insert into events ${row}`,
  `select 1; insert into events ${row}`,
  `with x as (select 99 as s) insert into events ${rowFrom}`,
  `with x as (select 99 as s) insert into events ${rowFrom} returning sequence`,
  "with x as (select 1) update events set outcome = 'gone' returning sequence",
  'with x as (select 1) delete from events returning sequence',
  'delete from events',
  'create table mine (a text)',
  'drop table events',
  'alter table events rename to mine',
  'commit',
  'rollback',
  'begin immediate',
  "explain analyze delete from events where 'a' = 'a'",
  `attach database '${victim}' as other`,
  `vacuum into '${victim}'`,
  'pragma query_only = 0',
  'pragma writable_schema = 1',
  `select writefile('${victim}', 'x')`,
  `select "WriteFile"('${victim}', 'x')`,
  `select [writefile]('${victim}', 'x') as [it's], 'x' as [it's]`,
  "select readfile('/etc/hostname')",
  `select load_extension('${victim}')`,
  `copy events to '${victim}'`,
  `copy (select 1) to program 'touch ${victim}'`,
  `do $$ begin perform 1; end $$`,
  `select lo_export(1, '${victim}')`,
  `select lo_import('/etc/hostname')`,
  "select pg_read_file('/etc/hostname')",
  "select pg_ls_dir('/')",
  'select pg_terminate_backend(pg_backend_pid())',
  "select set_config('transaction_read_only', 'off', false)",
  "select query_to_xml('delete from events', true, true, '')",
  'set transaction read write',
  'select nonsense from nowhere',
];

describe.each(await databaseKinds())('who asks on $name', (kind) => {
  let database: SqlDatabase;
  let reader: SqlReader;
  let directory: string;

  beforeAll(async () => {
    await kind.start();
    directory = await mkdtemp(join(tmpdir(), 'rollcall-refusals-'));
    const url = await kind.freshUrl();
    database = await openSqlDatabase(url);
    await sql.raw(`insert into events ${row}`).execute(database.kysely);
    reader = await openSqlReader(url);
  });
  afterAll(async () => {
    await reader.close();
    await database.close();
    await kind.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(anywhere('VICTIM'))('is refused: %s', async (template) => {
    const victim = join(directory, 'victim');
    const statement = template.replaceAll('VICTIM', victim);
    for (const way of [reader, database]) {
      await expect(sqlQuery(way, statement)).rejects.toMatchObject({ code: 'ROLLCALL_SQL_INVALID' });
    }
    await expect(stat(victim)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await sqlQuery(reader, 'select sequence, outcome from events')).rows).toEqual([[99, '']]);
  });

  it('is told where a mistake is', async () => {
    const mistakes = [
      ['select * frm events', 10],
      ['select nofield from events', 8],
      ['select * from nowhere', 15],
      ['select nofn(1)', 8],
      ['explain select * frm events', 18],
    ] as const;
    for (const [statement, place] of mistakes) {
      await expect(sqlQuery(reader, statement)).rejects.toThrow(new RegExp(`, at character ${place}\\.`));
    }
    await expect(sqlQuery(reader, 'select 1,\n  nofield from events')).rejects.toThrow(
      ', at line 2, character 3.',
    );
  });

  it('gets columns of one name, no rows, and large numbers as they are', async () => {
    expect(await sqlQuery(reader, 'select 1 as a, 2 as a, 3 as a_2')).toMatchObject({
      columns: ['a', 'a_2', 'a_2_2'],
      rows: [[1, 2, 3]],
    });
    expect(await sqlQuery(reader, 'select sequence from events where 1 = 0')).toMatchObject({
      columns: ['sequence'],
      rows: [],
    });
  });

  it('lays nothing out by looking', async () => {
    const empty = await kind.freshUrl();
    for (const _ of [1, 2])
      await expect(openSqlReader(empty)).rejects.toMatchObject({ code: 'ROLLCALL_NOT_FOUND' });
  });
});
