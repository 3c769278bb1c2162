import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { errorText, RollcallError } from '#contracts';
import type { Tables } from '../schema/tables.js';
import type { SqlDatabase, SqlReader } from './database.js';
import { type OpenSqlite, type SqliteConnection, sqliteDriver } from './sqlite-driver.js';
import { openSqliteReader } from './sqlite-reader.js';

/**
 * A SQLite file. Commits are not synced one by one: after a power cut the last may be gone, its position with
 * it, and the projection writes it again.
 */
export async function openSqlite(file: string): Promise<SqlDatabase> {
  const open = await sqliteDriver();
  const connection = await openFile(open, file);
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: connection }) });
  let reader: Promise<SqlReader> | undefined;
  return {
    dialect: 'sqlite',
    place: file,
    kysely,
    read: async (statement, limits) => {
      reader ??= openSqliteReader(file);
      return (await reader).read(statement, limits);
    },
    close: async () => {
      await (await reader)?.close();
      await kysely.destroy();
    },
  };
}

async function openFile(open: OpenSqlite, file: string): Promise<SqliteConnection> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const connection = open(file, false);
    connection.exec('pragma journal_mode = wal');
    connection.exec('pragma synchronous = normal');
    connection.exec('pragma busy_timeout = 2000');
    // 32 MB each: pages that many batches change are written to the file once.
    connection.exec('pragma cache_size = -32768');
    connection.exec('pragma wal_autocheckpoint = 8192');
    return connection;
  } catch (error) {
    const text = `the SQLite file "${file}" cannot be opened: ${errorText(error)}`;
    throw new RollcallError('ROLLCALL_SQL_UNAVAILABLE', text, { cause: error });
  }
}
