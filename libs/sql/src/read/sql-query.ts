import { limits, RollcallError } from '#contracts';
import type { SqlDatabase } from '../database/database.js';

export interface SqlQueryOptions {
  /** Rows to answer with at most. Default 1,000. */
  readonly rowsMax?: number;
  readonly timeoutMs?: number;
}

/** An answer of the read model, and what it reflects. */
export interface SqlAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** There are more rows than were asked for. */
  readonly isCut: boolean;
  /** Journal sequence the tables reflected just before; 0 when nothing was ever projected. */
  readonly sequence: number;
}

/**
 * Answers one read-only statement.
 * @throws ROLLCALL_SQL_INVALID, ROLLCALL_SQL_UNAVAILABLE
 */
export async function sqlQuery(
  database: SqlDatabase,
  statement: string,
  { rowsMax = limits.sqlRowsDefault, timeoutMs = limits.sqlTimeoutMs }: SqlQueryOptions = {},
): Promise<SqlAnswer> {
  if (!Number.isInteger(rowsMax) || rowsMax < 1 || rowsMax > limits.sqlRowsMax) {
    throw new RollcallError(
      'ROLLCALL_SQL_INVALID',
      `${rowsMax} rows are not between 1 and ${limits.sqlRowsMax}`,
    );
  }
  const place = await database.read('select position from rollcall_projection', { rowsMax: 1, timeoutMs });
  const answer = await database.read(statement, { rowsMax, timeoutMs });
  return { ...answer, sequence: Number(place.rows[0]?.[0] ?? 0) };
}
