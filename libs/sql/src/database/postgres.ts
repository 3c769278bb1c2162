import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { errorText, RollcallError } from '#contracts';
import { checkStatement } from '../read/statement.js';
import type { Tables } from '../schema/tables.js';
import type { RawRows, ReadLimits, SqlDatabase } from './database.js';

const BIGINT = 20;
const CONNECTIONS_MAX = 4;

/** A PostgreSQL. Sequences are read as numbers: they stay exact up to 2^53. */
export function openPostgres(url: string): SqlDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: 5_000,
    application_name: 'rollcall',
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // A connection that dies while nobody uses it is replaced when somebody needs one.
  pool.on('error', () => undefined);
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    dialect: 'postgres',
    place: withoutPassword(url),
    kysely,
    read: (statement, limits) => readRows(pool, checkStatement(statement), limits),
    close: () => kysely.destroy(),
  };
}

function parserOf(type: number, format?: 'text'): (value: string) => unknown {
  return type === BIGINT ? Number : (pg.types.getTypeParser(type, format) as (value: string) => unknown);
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.username === '' ? '' : `${parsed.username}@`}${parsed.host}${parsed.pathname}`;
}

/** In a read-only transaction, through a cursor, so that a large table costs no more than the rows shown. */
async function readRows(pool: pg.Pool, text: string, { rowsMax, timeoutMs }: ReadLimits): Promise<RawRows> {
  const client = await connect(pool);
  const run = (statement: string): Promise<pg.QueryArrayResult> =>
    // The extended protocol takes one statement, so nobody can leave the transaction in the text itself.
    client.query({ text: statement, rowMode: 'array', queryMode: 'extended' } as pg.QueryArrayConfig);
  try {
    await run('begin read only');
    await run(`set local statement_timeout = ${Math.round(timeoutMs)}`);
    if (/^explain\b/i.test(text)) return cut(await run(text), rowsMax);
    await run(`declare asked no scroll cursor for ${text}`);
    return cut(await run(`fetch ${rowsMax + 1} from asked`), rowsMax);
  } catch (error) {
    throw new RollcallError('ROLLCALL_SQL_INVALID', `PostgreSQL says: ${errorText(error)}`, { cause: error });
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
