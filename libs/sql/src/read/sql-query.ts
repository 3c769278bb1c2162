import { limits, RollcallError } from '#contracts';
import type { SqlReader } from '../database/database.js';

export interface SqlQueryOptions {
  /** Rows to answer with at most. Default 1,000. */
  readonly rowsMax?: number;
  readonly timeoutMs?: number;
}

/** An answer of the read model, and what it reflects. */
export interface SqlAnswer {
  /** Each of another name: where a name is repeated, `_2` and so on is added. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** There are more rows than were asked for. */
  readonly isCut: boolean;
  /** Journal sequence the tables reflected just before; 0 when nothing was ever projected. */
  readonly sequence: number;
  /** Broker time of that event; null when nothing was ever projected. */
  readonly at: string | null;
}

/**
 * Answers one read-only statement.
 * @throws ROLLCALL_SQL_INVALID, ROLLCALL_SQL_UNAVAILABLE
 */
export async function sqlQuery(
  reader: Pick<SqlReader, 'read'>,
  statement: string,
  { rowsMax = limits.sqlRowsDefault, timeoutMs = limits.sqlTimeoutMs }: SqlQueryOptions = {},
): Promise<SqlAnswer> {
  if (!Number.isInteger(rowsMax) || rowsMax < 1 || rowsMax > limits.sqlRowsMax) {
    throw new RollcallError(
      'ROLLCALL_SQL_INVALID',
      `${rowsMax} rows are not between 1 and ${limits.sqlRowsMax}`,
    );
  }
  const place = await reader.read('select position, at from rollcall_projection', { rowsMax: 1, timeoutMs });
  const [position = 0, at = null] = place.rows[0] ?? [];
  const answer = await reader.read(statement, { rowsMax, timeoutMs });
  return {
    ...answer,
    columns: distinct(answer.columns),
    sequence: Number(position),
    at: at as string | null,
  };
}

function distinct(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let count = 2; taken.has(name); count += 1) name = `${column}_${count}`;
    taken.add(name);
    return name;
  });
}
