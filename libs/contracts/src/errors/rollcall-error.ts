import { type ErrorCode, errorCatalogue, errorEntry } from './catalogue.js';
import type { ErrorKind } from './entry.js';

export interface ErrorOptions {
  /** What a person does about it, where the catalogue's sentence can be made more precise. */
  readonly action?: string;
  /** Machine-readable facts: field errors, revisions, positions. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * An error with a stable code. The message reads: what happened (with the value in quotes and what was
 * allowed), then what to do. Recognise it with {@link isRollcallError}: `instanceof` fails when two
 * copies of this package meet in one process.
 */
export class RollcallError extends Error {
  override readonly name = 'RollcallError';
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    /** What happened, without a full stop. */
    readonly what: string,
    options: ErrorOptions = {},
  ) {
    const entry = errorEntry(code);
    const action = options.action ?? entry.action;
    super(`${code}: ${what}. ${action}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = entry.kind;
    this.retryable = entry.retryable;
    this.action = action;
    this.details = options.details ?? {};
  }
}

export function isRollcallError(error: unknown, code?: ErrorCode): error is RollcallError {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  const found: unknown = error.code;
  return (
    typeof found === 'string' &&
    Object.hasOwn(errorCatalogue, found) &&
    (code === undefined || found === code)
  );
}

/**
 * The error in an answer, as requests over NATS and HTTP carry it. Of a code that is not known here, because the other
 * side is newer, only the words are kept.
 */
export function readError(answer: unknown): RollcallError {
  const { code, what, action, details } = Object(answer) as Readonly<Record<string, unknown>>;
  const text = typeof what === 'string' ? what : `the answer is an error without words: ${String(code)}`;
  const known = isRollcallError({ code }) ? (code as ErrorCode) : 'ROLLCALL_INTERNAL';
  return new RollcallError(known, text, {
    ...(typeof action === 'string' ? { action } : {}),
    ...(typeof details === 'object' && details !== null ? { details: { ...details } } : {}),
  });
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
