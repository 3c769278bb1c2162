import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.js';

export type SqlDialect = 'sqlite' | 'postgres';

/** Rows as a person asked for them. */
export interface RawRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** There were more rows than asked for. */
  readonly isCut: boolean;
}

export interface ReadLimits {
  readonly rowsMax: number;
  readonly timeoutMs: number;
}

/** A database that is only read, by people, with texts of their own. */
export interface SqlReader {
  readonly dialect: SqlDialect;
  /** Where it is, for people: without password. */
  readonly place: string;
  /** Runs one statement on a way that cannot write. @throws ROLLCALL_SQL_INVALID, ROLLCALL_SQL_UNAVAILABLE */
  read(statement: string, limits: ReadLimits): Promise<RawRows>;
  close(): Promise<void>;
}

/** An opened database: written through Kysely by the projection. */
export interface SqlDatabase extends SqlReader {
  readonly kysely: Kysely<Tables>;
}
