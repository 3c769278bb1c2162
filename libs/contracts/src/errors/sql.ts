import { defineErrors } from './entry.js';

/** The SQL read model cannot be opened, kept up or asked. */
export const sqlErrors = defineErrors({
  ROLLCALL_SQL_INVALID: {
    kind: 'invalid',
    meaning: 'A SQL question cannot be run: it is not one statement, not read-only, or wrong.',
    action: 'Ask with one SELECT, WITH, VALUES or EXPLAIN; docs/guides/sql.md lists tables and columns.',
    retryable: false,
  },
  ROLLCALL_SQL_UNAVAILABLE: {
    kind: 'unavailable',
    meaning: 'The SQL database cannot be reached, or refuses its work.',
    action: 'Check ROLLCALL_SQL_URL, and that the database runs and has room.',
    retryable: true,
  },
  ROLLCALL_SQL_NO_DRIVER: {
    kind: 'setup',
    meaning: 'This Node has no SQLite of its own, and the optional package libsql is not installed.',
    action: 'Use Node 24 or newer, or run "npm install libsql", or set ROLLCALL_SQL_URL to a PostgreSQL.',
    retryable: false,
  },
  ROLLCALL_SQL_SCHEMA_NEWER: {
    kind: 'setup',
    meaning: 'The SQL database was laid out by a newer version of Rollcall.',
    action: 'Upgrade this process, or give it a database of its own with ROLLCALL_SQL_URL.',
    retryable: false,
  },
});
