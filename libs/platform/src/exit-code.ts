import { type ErrorCode, type ErrorKind, isRollcallError } from '#contracts';

/** What the exit codes of our programs mean. Documented in docs/guides/cli.md. */
export const exitCodes = {
  ok: 0,
  /** Something nobody foresaw. */
  unexpected: 1,
  /** Arguments, settings or a record that cannot be used. */
  usage: 2,
  /** `verify` found the view different from the journal. */
  differs: 3,
  notFound: 4,
  /** The broker or the registry cannot be reached, or does not answer. */
  unavailable: 5,
  /** The broker is there and cannot be used: too old, no JetStream, streams that do not fit, a port that is taken. */
  setup: 6,
  /** Refused login, or something that is not allowed. */
  denied: 7,
  /** Somebody else changed it meanwhile. */
  conflict: 8,
} as const;

const codeOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: exitCodes.usage,
  'too-large': exitCodes.usage,
  unauthorized: exitCodes.denied,
  forbidden: exitCodes.denied,
  'not-found': exitCodes.notFound,
  conflict: exitCodes.conflict,
  'too-many': exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  setup: exitCodes.setup,
  internal: exitCodes.unexpected,
};

const codeOfError: Readonly<Partial<Record<ErrorCode, number>>> = {
  ROLLCALL_SETTINGS_INVALID: exitCodes.usage,
  ROLLCALL_BROKER_REFUSED_LOGIN: exitCodes.denied,
  ROLLCALL_VIEW_DIFFERS: exitCodes.differs,
};

/** Exit code of a program that ends because of this. */
export function exitCodeOf(error: unknown): number {
  return isRollcallError(error) ? (codeOfError[error.code] ?? codeOfKind[error.kind]) : exitCodes.unexpected;
}
