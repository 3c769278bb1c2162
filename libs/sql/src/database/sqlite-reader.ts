import { errorText, RollcallError } from '#contracts';
import { findMistake, mistake } from '../read/mistake.js';
import { checkStatement } from '../read/statement.js';
import type { RawRows, ReadLimits, SqlReader } from './database.js';
import { type SqliteConnection, sqliteDriver } from './sqlite-driver.js';

/**
 * A SQLite file, opened so that it cannot be written: by the way it is opened, and once more by a pragma.
 * @throws ROLLCALL_SQL_UNAVAILABLE, ROLLCALL_SQL_NO_DRIVER
 */
export async function openSqliteReader(file: string): Promise<SqlReader> {
  const open = await sqliteDriver();
  let connection: SqliteConnection;
  try {
    connection = open(file, true);
    connection.exec('pragma query_only = 1');
    connection.exec('pragma busy_timeout = 2000');
  } catch (error) {
    const text = `the SQLite file "${file}" cannot be read: ${errorText(error)}`;
    throw new RollcallError('ROLLCALL_SQL_UNAVAILABLE', text, { cause: error });
  }
  return {
    dialect: 'sqlite',
    place: file,
    read: (statement, limits) =>
      Promise.resolve().then(() => readRows(connection, checkStatement(statement), limits)),
    close: () => Promise.resolve(connection.close()),
  };
}

/** SQLite answers in this thread, so the time can only be looked at between two rows. */
function readRows(connection: SqliteConnection, text: string, { rowsMax, timeoutMs }: ReadLimits): RawRows {
  const deadlineMs = performance.now() + timeoutMs;
  try {
    const { columns, rows: found } = connection.ask(text);
    const rows: unknown[][] = [];
    for (const row of found) {
      if (rows.length === rowsMax) return { columns, rows, isCut: true };
      if (performance.now() > deadlineMs) throw new Error(`it took longer than ${timeoutMs} ms`);
      rows.push(row.map(plainValue));
    }
    return { columns, rows, isCut: false };
  } catch (error) {
    const place = findMistake(text, errorText(error), (part) => complaintOf(connection, part));
    throw mistake('SQLite', error, text, place);
  }
}

function complaintOf(connection: SqliteConnection, text: string): string | undefined {
  try {
    connection.ask(text);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** Numbers that a JavaScript number cannot hold exactly are given as their digits. */
function plainValue(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
