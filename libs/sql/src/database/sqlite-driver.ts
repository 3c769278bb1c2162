import { RollcallError } from '#contracts';

/** What Kysely and we need of a SQLite: better-sqlite3's interface, which libsql has and node:sqlite nearly has. */
export interface SqliteConnection {
  prepare(text: string): SqliteStatement;
  exec(text: string): void;
  close(): void;
  /** The rows of a statement by position, whole numbers as bigint. @throws when it gives no rows */
  ask(text: string): SqliteRows;
}

interface SqliteRows {
  readonly columns: string[];
  readonly rows: Iterable<unknown[]>;
}

interface SqliteStatement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

export type OpenSqlite = (file: string, isReadOnly: boolean) => SqliteConnection;

interface NamedColumn {
  readonly name: string;
}

interface NodeStatement {
  columns?(): readonly NamedColumn[];
  setReturnArrays?(isOn: boolean): void;
  setReadBigInts(isOn: boolean): void;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: unknown[]): IterableIterator<unknown>;
}

interface NodeDatabase {
  prepare(text: string): NodeStatement;
  exec(text: string): void;
  close(): void;
}

/** libsql has better-sqlite3's interface. */
interface LibsqlDatabase extends Omit<SqliteConnection, 'ask'> {
  prepare(text: string): LibsqlStatement;
}

interface LibsqlStatement extends SqliteStatement {
  columns(): readonly NamedColumn[];
  raw(isOn: boolean): LibsqlStatement;
  safeIntegers(isOn: boolean): LibsqlStatement;
}

interface NodeSqlite {
  readonly DatabaseSync: new (file: string, options: { readOnly: boolean }) => NodeDatabase;
}

/** Statements are prepared once and kept by their text. */
const STATEMENTS_MAX = 200;

/** The runtime's own SQLite when it has one, else the package libsql. @throws ROLLCALL_SQL_NO_DRIVER */
export async function sqliteDriver(): Promise<OpenSqlite> {
  const own = nodeSqlite();
  if (own !== undefined)
    return (file, isReadOnly) => fromNode(new own.DatabaseSync(file, { readOnly: isReadOnly }));
  try {
    const { default: Libsql } = await import('libsql');
    return (file, isReadOnly) => fromLibsql(new Libsql(isReadOnly ? readOnlyUri(file) : file));
  } catch (error) {
    throw new RollcallError('ROLLCALL_SQL_NO_DRIVER', `Node ${process.version} brings no SQLite`, {
      cause: error,
    });
  }
}

/** Whether this process can open a SQLite file at all. */
export async function hasSqlite(): Promise<boolean> {
  return sqliteDriver().then(
    () => true,
    () => false,
  );
}

/** libsql takes an option `readonly` and does nothing with it (0.5.29, measured); SQLite itself understands this. */
function readOnlyUri(file: string): string {
  return `file:${file.split('/').map(encodeURIComponent).join('/')}?mode=ro`;
}

const NO_ROWS = 'it gives no rows';

function nodeSqlite(): NodeSqlite | undefined {
  const module = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined;
  if (module === undefined) return undefined;
  // Early versions can tell neither whether a statement gives rows, which decides how it must be run, nor rows
  // with two columns of one name.
  const probe = new module.DatabaseSync(':memory:', { readOnly: false });
  const statement = probe.prepare('select 1');
  const isUsable = typeof statement.columns === 'function' && typeof statement.setReturnArrays === 'function';
  probe.close();
  return isUsable ? module : undefined;
}

function fromNode(database: NodeDatabase): SqliteConnection {
  return {
    prepare: remembering((text) => {
      const statement = database.prepare(text);
      return {
        reader: (statement.columns?.() ?? []).length > 0,
        all: (parameters) => statement.all(...parameters),
        run: (parameters) => statement.run(...parameters),
        iterate: (parameters) => statement.iterate(...parameters),
      };
    }),
    exec: (text) => database.exec(text),
    close: () => database.close(),
    ask: (text) => {
      const statement = database.prepare(text);
      const columns = (statement.columns?.() ?? []).map(({ name }) => name);
      if (columns.length === 0) throw new Error(NO_ROWS);
      statement.setReturnArrays?.(true);
      statement.setReadBigInts(true);
      return { columns, rows: statement.iterate() as Iterable<unknown[]> };
    },
  };
}

function fromLibsql(database: LibsqlDatabase): SqliteConnection {
  return {
    prepare: remembering((text) => database.prepare(text)),
    exec: (text) => database.exec(text),
    close: () => database.close(),
    ask: (text) => {
      const statement = database.prepare(text);
      if (!statement.reader) throw new Error(NO_ROWS);
      statement.raw(true).safeIntegers(true);
      return {
        columns: statement.columns().map(({ name }) => name),
        rows: statement.iterate([]) as Iterable<unknown[]>,
      };
    },
  };
}

function remembering(prepare: SqliteConnection['prepare']): SqliteConnection['prepare'] {
  const prepared = new Map<string, SqliteStatement>();
  return (text) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = prepare(text);
      if (prepared.size >= STATEMENTS_MAX) prepared.clear();
      prepared.set(text, statement);
    }
    return statement;
  };
}
