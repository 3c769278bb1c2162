import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlDatabase, type SqlDatabase } from '#sql';
import { sql } from 'kysely';
import { findPostgres, startPostgres, type TestPostgres } from './postgres.js';

/** A kind of database every contract is tried on. */
export interface DatabaseKind {
  readonly name: string;
  start(): Promise<void>;
  /** The URL of an empty database of its own. */
  freshUrl(): Promise<string>;
  stop(): Promise<void>;
}

function sqliteKind(): DatabaseKind {
  let directory = '';
  let count = 0;
  return {
    name: 'SQLite',
    start: async () => {
      directory = await mkdtemp(join(tmpdir(), 'rollcall-sqlite-'));
    },
    freshUrl: () => Promise.resolve(join(directory, `view-${(count += 1)}.db`)),
    stop: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A database of a server that was named, or of one of our own. */
function postgresKind(binaries: string | undefined, named: string | undefined): DatabaseKind {
  let server: TestPostgres | undefined;
  let admin: SqlDatabase | undefined;
  let count = 0;
  return {
    name: 'PostgreSQL',
    start: async () => {
      if (named === undefined) server = await startPostgres(binaries as string);
      admin = await openSqlDatabase(named ?? (server?.url as string));
    },
    freshUrl: async () => {
      const name = `rollcall_test_${process.pid}_${(count += 1)}`;
      await sql`create database ${sql.id(name)}`.execute((admin as SqlDatabase).kysely);
      const url = new URL(named ?? (server?.url as string));
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: async () => {
      await admin?.close();
      await server?.stop();
    },
  };
}

/**
 * Every kind of database this machine can run. ROLLCALL_TEST_POSTGRES names a PostgreSQL to use instead of one we
 * start; with neither, the contract is tried on SQLite alone, and says so.
 */
export async function databaseKinds(): Promise<DatabaseKind[]> {
  const named = process.env['ROLLCALL_TEST_POSTGRES'];
  const binaries = await findPostgres();
  if (named !== undefined || binaries !== undefined) return [sqliteKind(), postgresKind(binaries, named)];
  process.stderr.write(
    '\n*** PostgreSQL is NOT tested: this machine has no initdb and postgres. Install the package postgresql, or set\n' +
      '*** ROLLCALL_TEST_POSTGRES to the URL of a server on which databases may be created.\n\n',
  );
  return [sqliteKind()];
}
