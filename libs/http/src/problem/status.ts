import { type ErrorCode, errorEntry, type ErrorKind } from '#contracts';

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'too-many': 429,
  unavailable: 503,
  setup: 500,
  internal: 500,
};

/** Where the kind alone would tell the caller something wrong. */
const statusOfCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  ROLLCALL_METHOD_NOT_ALLOWED: 405,
  // What If-Match demanded does not hold.
  ROLLCALL_CONFIG_CONFLICT: 412,
  ROLLCALL_CONTENT_TYPE_UNSUPPORTED: 415,
  // The registry may not do this at its broker; the caller's own rights are not the matter.
  ROLLCALL_BROKER_DENIED: 500,
};

/** HTTP status of a catalogue error. */
export function httpStatus(code: ErrorCode): number {
  return statusOfCode[code] ?? statusOfKind[errorEntry(code).kind];
}
