/** The SQL read model. See README.md. */
export type { RawRows, SqlDatabase, SqlDialect } from './database/database.js';
export { openSqlDatabase } from './database/open.js';
export { SqlProjection, type SqlProgress, type SqlProjectionParts } from './project/sql-projection.js';
export { type SqlAnswer, sqlQuery, type SqlQueryOptions } from './read/sql-query.js';
export type { Tables } from './schema/tables.js';
