import { RollcallError } from '#contracts';

/** What Kysely and we need of a SQLite: better-sqlite3's interface, which libsql has and node:sqlite nearly has. */
export interface SqliteConnection {
  prepare(text: string): SqliteStatement;
  exec(text: string): void;
  close(): void;
}

interface SqliteStatement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

export type OpenSqlite = (file: string, isReadOnly: boolean) => SqliteConnection;

interface NodeStatement {
  columns?(): readonly unknown[];
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: unknown[]): IterableIterator<unknown>;
}

interface NodeDatabase {
  prepare(text: string): NodeStatement;
  exec(text: string): void;
  close(): void;
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
    return (file, isReadOnly) => fromLibsql(new Libsql(file, { readonly: isReadOnly }));
  } catch (error) {
    throw new RollcallError('ROLLCALL_SQL_NO_DRIVER', `Node ${process.version} brings no SQLite`, {
      cause: error,
    });
  }
}

function nodeSqlite(): NodeSqlite | undefined {
  const module = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined;
  if (module === undefined) return undefined;
  // Early versions cannot tell whether a statement gives rows, which decides how it must be run.
  const probe = new module.DatabaseSync(':memory:', { readOnly: false });
  const isUsable = typeof probe.prepare('select 1').columns === 'function';
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
  };
}

function fromLibsql(database: SqliteConnection): SqliteConnection {
  return {
    prepare: remembering((text) => database.prepare(text)),
    exec: (text) => database.exec(text),
    close: () => database.close(),
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
