import { resolve } from 'node:path';
import { quote, RollcallError } from '#contracts';
import { migrate } from '../schema/migrate.js';
import type { SqlDatabase } from './database.js';
import { openPostgres } from './postgres.js';
import { openSqlite } from './sqlite.js';

/**
 * Opens the database of a URL, and lays it out or brings its layout up to date.
 * @param url `postgres://user:password@host:port/database`, `sqlite:<file>` or the path of a file
 * @throws ROLLCALL_SETTINGS_INVALID, ROLLCALL_SQL_UNAVAILABLE, ROLLCALL_SQL_NO_DRIVER, ROLLCALL_SQL_SCHEMA_NEWER
 */
export async function openSqlDatabase(url: string): Promise<SqlDatabase> {
  const database = await openPlace(url);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

async function openPlace(url: string): Promise<SqlDatabase> {
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url);
  const file = url.replace(/^sqlite:/, '');
  if (file === '' || /^[a-z][a-z0-9+]*:\/\//i.test(file)) {
    const text = `the SQL URL ${quote(url)} is neither postgres://..., sqlite:<file> nor the path of a file`;
    throw new RollcallError('ROLLCALL_SETTINGS_INVALID', text);
  }
  return openSqlite(resolve(file));
}
