/** The SQL read model. See README.md. */
export type { RawRows, SqlDatabase, SqlDialect, SqlReader } from './database/database.js';
export { openSqlDatabase, openSqlReader } from './database/open.js';
export { hasSqlite } from './database/sqlite-driver.js';
export { SqlKeeper, type SqlKeeperParts, type SqlStanding } from './keep/sql-keeper.js';
export { SqlProjection, type SqlProgress, type SqlProjectionParts } from './project/sql-projection.js';
export { type SqlAnswer, sqlQuery, type SqlQueryOptions } from './read/sql-query.js';
export type { Tables } from './schema/tables.js';
