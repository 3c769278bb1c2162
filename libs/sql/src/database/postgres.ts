import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { errorText, RollcallError } from '#contracts';
import { mistake } from '../read/mistake.js';
import { checkStatement } from '../read/statement.js';
import type { Tables } from '../schema/tables.js';
import type { RawRows, ReadLimits, SqlDatabase, SqlReader } from './database.js';

const BIGINT = 20;
const CONNECTIONS_MAX = 4;

/** A PostgreSQL. Sequences are read as numbers: they stay exact up to 2^53. */
export function openPostgres(url: string): SqlDatabase {
  const pool = poolOf(url);
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { ...readerOf(pool, url), kysely, close: () => kysely.destroy() };
}

/** The same for reading only; a login that may do no more than SELECT is enough, and is the best one. */
export function openPostgresReader(url: string): SqlReader {
  return readerOf(poolOf(url), url);
}

function readerOf(pool: pg.Pool, url: string): SqlReader {
  return {
    dialect: 'postgres',
    place: withoutPassword(url),
    read: (statement, limits) => readRows(pool, checkStatement(statement), limits),
    close: () => pool.end(),
  };
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: 5_000,
    application_name: 'rollcall',
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // A connection that dies while nobody uses it is replaced when somebody needs one.
  pool.on('error', () => undefined);
  return pool;
}

function parserOf(type: number, format?: 'text'): (value: string) => unknown {
  return type === BIGINT ? Number : (pg.types.getTypeParser(type, format) as (value: string) => unknown);
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.username === '' ? '' : `${parsed.username}@`}${parsed.host}${parsed.pathname}`;
}

const DECLARE = 'declare asked no scroll cursor for ';
/** Classes of errors that are about the server and not about the statement: connection, resources, shutdown. */
const SERVER_TROUBLE = /^(08|53|57P|58|XX)/;

function readError(error: unknown, text: string): RollcallError {
  const { code, position } = error as { code?: string; position?: string };
  // What the driver says itself, of a connection that ended, has no code of PostgreSQL.
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code) || SERVER_TROUBLE.test(code)) {
    const what = `PostgreSQL ended the question: ${errorText(error)}`;
    return new RollcallError('ROLLCALL_SQL_UNAVAILABLE', what, { cause: error });
  }
  const prefix = EXPLAIN.test(text) ? 0 : DECLARE.length;
  return mistake(
    'PostgreSQL',
    error,
    text,
    position === undefined ? undefined : Number(position) - 1 - prefix,
  );
}

const EXPLAIN = /^\s*explain\b/i;

/** In a read-only transaction, through a cursor, so that a large table costs no more than the rows shown. */
async function readRows(pool: pg.Pool, text: string, { rowsMax, timeoutMs }: ReadLimits): Promise<RawRows> {
  const client = await connect(pool);
  const run = (statement: string): Promise<pg.QueryArrayResult> =>
    // The extended protocol takes one statement, so nobody can leave the transaction in the text itself.
    client.query({ text: statement, rowMode: 'array', queryMode: 'extended' } as pg.QueryArrayConfig);
  try {
    await run('begin read only');
    await run(`set local statement_timeout = ${Math.round(timeoutMs)}`);
    if (EXPLAIN.test(text)) return cut(await run(text), rowsMax);
    await run(DECLARE + text);
    return cut(await run(`fetch ${rowsMax + 1} from asked`), rowsMax);
  } catch (error) {
    throw readError(error, text);
  } finally {
    await client.query('rollback').then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }
}

function cut({ fields, rows }: pg.QueryArrayResult, rowsMax: number): RawRows {
  const columns = fields.map(({ name }) => name);
  return { columns, rows: rows.slice(0, rowsMax), isCut: rows.length > rowsMax };
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new RollcallError('ROLLCALL_SQL_UNAVAILABLE', `PostgreSQL cannot be reached: ${errorText(error)}`, {
      cause: error,
    });
  }
}
