import { auditErrors } from './audit.js';
import { backupErrors } from './backup.js';
import { brokerErrors } from './broker.js';
import { contentErrors } from './content.js';
import { callErrors } from './calls.js';
import { doorErrors } from './doors.js';
import type { ErrorEntry } from './entry.js';
import { historyErrors } from './history.js';
import { inputErrors } from './input.js';
import { operationErrors } from './operation.js';
import { queryErrors } from './query.js';
import { sqlErrors } from './sql.js';
import { undoErrors } from './undo.js';
import { transportErrors } from './transport.js';

/** Every error Rollcall can show to anybody. `docs/reference/errors.md` is generated from it. */
export const errorCatalogue = {
  ...inputErrors,
  ...queryErrors,
  ...operationErrors,
  ...contentErrors,
  ...brokerErrors,
  ...doorErrors,
  ...sqlErrors,
  ...historyErrors,
  ...undoErrors,
  ...auditErrors,
  ...backupErrors,
  ...transportErrors,
  ...callErrors,
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorCatalogue[code];
}
