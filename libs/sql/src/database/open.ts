import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { limits, quote, RollcallError } from '#contracts';
import { migrate } from '../schema/migrate.js';
import type { SqlDatabase, SqlReader } from './database.js';
import { openPostgres, openPostgresReader } from './postgres.js';
import { openSqlite } from './sqlite.js';
import { openSqliteReader } from './sqlite-reader.js';

/**
 * Opens the database of a URL, and lays it out or brings its layout up to date.
 * @param url `postgres://user:password@host:port/database`, `sqlite:<file>` or the path of a file
 * @throws ROLLCALL_SETTINGS_INVALID, ROLLCALL_SQL_UNAVAILABLE, ROLLCALL_SQL_NO_DRIVER, ROLLCALL_SQL_SCHEMA_NEWER
 */
export async function openSqlDatabase(url: string): Promise<SqlDatabase> {
  const database = isPostgres(url) ? openPostgres(url) : await openSqlite(fileOf(url));
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

/**
 * Opens the database of a URL for reading: nothing is created and nothing changed.
 * @throws ROLLCALL_SETTINGS_INVALID, ROLLCALL_SQL_UNAVAILABLE, ROLLCALL_SQL_NO_DRIVER; ROLLCALL_NOT_FOUND when there
 *   is no database, or none of ours
 */
export async function openSqlReader(url: string): Promise<SqlReader> {
  const reader = isPostgres(url) ? openPostgresReader(url) : await openFileReader(fileOf(url));
  try {
    await reader.read('select position from rollcall_projection', {
      rowsMax: 1,
      timeoutMs: limits.sqlTimeoutMs,
    });
    return reader;
  } catch (error) {
    await reader.close().catch(() => undefined);
    if (!(error instanceof RollcallError) || error.code !== 'ROLLCALL_SQL_INVALID') throw error;
    throw notThere(`the database ${reader.place} holds no registry that may be read: ${error.what}`);
  }
}

async function openFileReader(file: string): Promise<SqlReader> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) throw notThere(`there is no SQLite file "${file}"`);
  return openSqliteReader(file);
}

function notThere(what: string): RollcallError {
  const action =
    'Start a registry that keeps the tables ("npm start" does; else set ROLLCALL_SQL_URL for it), or build them ' +
    'with "rollcall sql --rebuild"; and set ROLLCALL_SQL_URL here to where they are.';
  return new RollcallError('ROLLCALL_NOT_FOUND', what, { action });
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

/** @throws ROLLCALL_SETTINGS_INVALID */
function fileOf(url: string): string {
  const file = url.replace(/^sqlite:/, '');
  if (file === '' || /^[a-z][a-z0-9+]*:\/\//i.test(file)) {
    const text = `the SQL URL ${quote(url)} is neither postgres://..., sqlite:<file> nor the path of a file`;
    throw new RollcallError('ROLLCALL_SETTINGS_INVALID', text);
  }
  return resolve(file);
}
