import { limits } from '#contracts';
import type { SqlAnswer, SqlQueryOptions } from '#sql';
import { durationMs } from '../input/duration.js';
import { usage } from '../input/usage.js';
import { wholeNumber } from '../input/whole-number.js';
import { print, printJson, remark } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { askAside } from '../sql/ask-aside.js';
import type { LocalCommand, LocalContext } from './command.js';

interface SqlOptions {
  readonly limit?: string;
  readonly longest?: string;
  readonly rebuild?: boolean;
}

/** Asks the tables of the registry, and builds them again. */
export const sql: LocalCommand<SqlOptions, [statement: string | undefined]> = async (
  context,
  options,
  statement,
) => {
  if (statement === undefined && options.rebuild !== true) {
    throw usage(
      'there is neither a statement nor --rebuild',
      'Ask, e.g.: rollcall sql "select * from service_health"; docs/guides/sql.md has the tables.',
    );
  }
  const limitsGiven = limitsOf(options);
  if (options.rebuild === true) await rebuild(context);
  if (statement === undefined) return;
  const answer = await ask(context.read.settings.sql.url, statement, limitsGiven);
  if (context.json) printJson(objectsOf(answer));
  else show(answer);
};

function limitsOf({ limit, longest }: SqlOptions): Required<SqlQueryOptions> {
  const rowsMax = limit === undefined ? limits.sqlRowsDefault : wholeNumber('--limit', limit);
  if (rowsMax < 1 || rowsMax > limits.sqlRowsMax) {
    throw usage(`--limit ${rowsMax} is not between 1 and ${limits.sqlRowsMax}`, 'Ask for fewer rows.');
  }
  const timeoutMs = longest === undefined ? limits.sqlTimeoutMs : durationMs(longest);
  if (timeoutMs < 1 || timeoutMs > limits.sqlTimeoutMsMax) {
    throw usage(`--longest ${longest} is not between 1ms and ${limits.sqlTimeoutMsMax / 60_000}m`);
  }
  return { rowsMax, timeoutMs };
}

/** PostgreSQL keeps the time itself; SQLite is asked in a process that can be ended. */
async function ask(url: string, statement: string, options: Required<SqlQueryOptions>): Promise<SqlAnswer> {
  if (!/^postgres(ql)?:/i.test(url)) return askAside({ url, statement, options }, options.timeoutMs);
  const { openSqlReader, sqlQuery } = await import('#sql');
  const reader = await openSqlReader(url);
  try {
    return await sqlQuery(reader, statement, options);
  } finally {
    await reader.close();
  }
}

async function rebuild({ read, json, openSession }: LocalContext): Promise<void> {
  const { rebuildTables } = await import('../sql/rebuild.js');
  const session = await openSession();
  try {
    const rebuilt = await rebuildTables(read.settings.sql.url, session);
    const { events, sequence, tookMs, database } = rebuilt;
    if (json) printJson(rebuilt);
    else print(`built from ${events} events, up to sequence ${sequence}, in ${tookMs} ms: ${database}`);
  } finally {
    await session.close();
  }
}

function show({ columns, rows, isCut, sequence, at }: SqlAnswer): void {
  print(
    renderTable(
      columns,
      rows.map((row) => row.map(cellOf)),
    ),
  );
  const count = isCut
    ? `the first ${rows.length} rows; there are more (--limit, at most ${limits.sqlRowsMax})`
    : `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  remark(`${count}, as of sequence ${sequence}${at === null ? '' : ` (${at})`}`);
}

function cellOf(value: unknown): string | number {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function objectsOf({ columns, rows, isCut, sequence, at }: SqlAnswer): object {
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  return { sequence, at, columns, rows: objects, isCut };
}
