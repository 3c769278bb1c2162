import { type ErrorCode, errorEntry, RollcallError } from '#contracts';
import { httpStatus } from './status.js';

/** Problem Details for HTTP APIs (RFC 9457), with the code and the facts of the catalogue error beside. */
export interface Problem {
  /** Where the reference describes the error. */
  readonly type: string;
  /** The same for every occurrence of the code. */
  readonly title: string;
  readonly status: number;
  /** What happened here, and what to do about it. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const REFERENCE_PAGE = '/docs/reference/errors.md';

export function problemOf(error: RollcallError): Problem {
  return {
    type: `${REFERENCE_PAGE}#${error.code.toLowerCase()}`,
    title: errorEntry(error.code).meaning,
    status: httpStatus(error.code),
    detail: `${error.what}. ${error.action}`,
    code: error.code,
    retryable: error.retryable,
    details: error.details,
  };
}

/** A request that failed for a reason the caller can do nothing about: its id is in the log. */
export function internalError(id: string): RollcallError {
  return new RollcallError('ROLLCALL_INTERNAL', `request "${id}" failed unexpectedly`, { details: { id } });
}
