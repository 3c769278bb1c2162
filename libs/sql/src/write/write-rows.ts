import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { SqlDialect } from '../database/database.js';
import { columns, type WrittenTable } from '../schema/columns.js';
import type { Tables } from '../schema/tables.js';
import { rowSource } from './row-source.js';

/** Where rows are written: one transaction of one database. */
export interface WritePlace {
  readonly transaction: Transaction<Tables>;
  readonly dialect: SqlDialect;
}

type Names = { readonly namespace: string; readonly service: string; readonly instance: string };

/** Adds rows. Those whose key is there are left out, or replace what is there. */
async function insertRows(
  { transaction, dialect }: WritePlace,
  table: WrittenTable,
  rows: readonly object[],
  onConflict: RawBuilder<unknown>,
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns[table]);
  const list = sql.join(names.map((name) => sql.ref(name)));
  const source = rowSource(dialect, table, names, rows);
  // "where true" keeps SQLite from taking "on conflict" for part of a join.
  await sql`insert into ${sql.table(table)} (${list}) select ${list} from ${source} where true ${onConflict}`.execute(
    transaction,
  );
}

/** Adds rows or replaces those with the same key. */
export function upsertRows(
  place: WritePlace,
  table: WrittenTable,
  keys: readonly string[],
  rows: readonly object[],
): Promise<void> {
  const others = Object.keys(columns[table]).filter((name) => !keys.includes(name));
  const assignments = others.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`);
  const key = sql.join(keys.map((name) => sql.ref(name)));
  const update = assignments.length === 0 ? sql`nothing` : sql`update set ${sql.join(assignments)}`;
  return insertRows(place, table, rows, sql`on conflict (${key}) do ${update}`);
}

/** Adds rows; those whose key is there stay as they are. */
export function addRows(place: WritePlace, table: WrittenTable, rows: readonly object[]): Promise<void> {
  return insertRows(place, table, rows, sql`on conflict do nothing`);
}

/** Takes everything out that belongs to some instances. */
export async function deleteOf(
  { transaction, dialect }: WritePlace,
  table: 'endpoints' | 'instance_tags' | 'instance_metadata',
  instances: readonly Names[],
): Promise<void> {
  if (instances.length === 0) return;
  const source = rowSource(dialect, table, ['namespace', 'service', 'instance'], instances);
  await sql`
    delete from ${sql.table(table)}
    where (namespace, service, instance) in (select namespace, service, instance from ${source})
  `.execute(transaction);
}
