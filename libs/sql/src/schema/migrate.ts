import { type Migration, Migrator } from 'kysely';
import { errorText, RollcallError } from '#contracts';
import type { SqlDatabase, SqlDialect } from '../database/database.js';
import { createTables } from './0001-tables.js';

/** Layouts in the order they came to be. A layout that was released is never changed. */
function migrations(dialect: SqlDialect): Record<string, Migration> {
  return { '0001-tables': { up: (db) => createTables(db, dialect) } };
}

/**
 * Brings the layout of a database up to date, once, also when several processes begin at once.
 * @throws ROLLCALL_SQL_UNAVAILABLE, ROLLCALL_SQL_SCHEMA_NEWER
 */
export async function migrate({ kysely, dialect, place }: SqlDatabase): Promise<void> {
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve(migrations(dialect)) },
    migrationTableName: 'rollcall_migration',
    migrationLockTableName: 'rollcall_migration_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const text = errorText(error);
  // Kysely's words for a migration that was run and that it does not know.
  if (/corrupted migrations/i.test(text)) {
    throw new RollcallError(
      'ROLLCALL_SQL_SCHEMA_NEWER',
      `the database ${place} has a layout this version does not know`,
      {
        cause: error,
      },
    );
  }
  throw new RollcallError('ROLLCALL_SQL_UNAVAILABLE', `the database ${place} cannot be laid out: ${text}`, {
    cause: error,
  });
}
