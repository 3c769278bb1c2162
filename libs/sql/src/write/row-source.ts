import { type RawBuilder, sql } from 'kysely';
import type { SqlDialect } from '../database/database.js';
import { columns, type WrittenTable } from '../schema/columns.js';

/**
 * Rows as a table expression, handed over as one JSON parameter: the statement stays the same whatever the
 * number of rows, and no limit on parameters is met. The only place where the two databases are spoken to in
 * different words.
 */
export function rowSource(
  dialect: SqlDialect,
  table: WrittenTable,
  names: readonly string[],
  rows: readonly object[],
): RawBuilder<unknown> {
  return dialect === 'postgres' ? postgresSource(table, names, rows) : sqliteSource(names, rows);
}

function postgresSource(
  table: WrittenTable,
  names: readonly string[],
  rows: readonly object[],
): RawBuilder<unknown> {
  const types = columns[table] as Readonly<Record<string, string>>;
  const typed = names.map((name) => sql`${sql.ref(name)} ${sql.raw(types[name] ?? 'text')}`);
  return sql`json_to_recordset(${JSON.stringify(rows, [...names])}::json) as rows(${sql.join(typed)})`;
}

/** Arrays, and each of them made a text once: SQLite would make it anew for every column (4 times slower). */
function sqliteSource(names: readonly string[], rows: readonly object[]): RawBuilder<unknown> {
  const arrays = rows.map((row) => names.map((name) => (row as Record<string, unknown>)[name]));
  const picked = names.map((name, index) => sql`item ->> ${sql.lit(index)} as ${sql.ref(name)}`);
  return sql`(
    with items as materialized (select value as item from json_each(${JSON.stringify(arrays)}))
    select ${sql.join(picked)} from items
  ) as rows`;
}
