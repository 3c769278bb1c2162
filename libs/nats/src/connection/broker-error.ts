import { errors } from '@nats-io/nats-core';
import { type ErrorCode, errorText, isRollcallError, RollcallError } from '#contracts';

/** Error codes of the JetStream API that we act on (nats-server, server/errors.json). */
export const jetStreamCodes = {
  wrongLastSequence: 10_071,
  wrongLastSequenceInBatch: 10_164,
  duplicateInBatch: 10_201,
  insufficientResources: 10_023,
  memoryExceeded: 10_028,
  storageExceeded: 10_047,
  storeFailed: 10_077,
  notEnabled: 10_076,
  notEnabledForAccount: 10_039,
  streamNotFound: 10_059,
  noSuitablePeers: 10_005,
  noLeader: 10_008,
  notLeader: 10_009,
  streamOffline: 10_118,
} as const;

const diskFull = new Set<number>([
  jetStreamCodes.insufficientResources,
  jetStreamCodes.memoryExceeded,
  jetStreamCodes.storageExceeded,
]);
const conflicts = new Set<number>([
  jetStreamCodes.wrongLastSequence,
  jetStreamCodes.wrongLastSequenceInBatch,
]);
const absent = new Set<number>([jetStreamCodes.notEnabled, jetStreamCodes.notEnabledForAccount]);

/** What the server answered, when it answered at all. */
export interface ApiFailure {
  readonly err_code: number;
  readonly code: number;
  readonly description: string;
}

/** A JetStream API failure as a catalogue error. */
export function apiError(failure: ApiFailure, doing: string): RollcallError {
  const text = `${doing}: the broker answered "${failure.description}" (${failure.err_code})`;
  const details = { brokerCode: failure.err_code };
  return new RollcallError(codeOf(failure), text, { details });
}

function codeOf({ err_code, description }: ApiFailure): ErrorCode {
  if (conflicts.has(err_code)) return 'ROLLCALL_REVISION_CONFLICT';
  const full =
    diskFull.has(err_code) ||
    (err_code === jetStreamCodes.storeFailed && /no space|maximum bytes/i.test(description));
  if (full) return 'ROLLCALL_BROKER_DISK_FULL';
  if (absent.has(err_code)) return 'ROLLCALL_BROKER_NO_JETSTREAM';
  return 'ROLLCALL_UNAVAILABLE';
}

/** Anything a NATS client throws, as a catalogue error. */
export function brokerError(error: unknown, doing: string): RollcallError {
  if (isRollcallError(error)) return error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const failure = failureOf(error);
  if (failure !== undefined) return apiError(failure, doing);
  const text = `${doing}: ${errorText(error)}`;
  if (cause instanceof errors.PermissionViolationError) {
    return new RollcallError(
      'ROLLCALL_BROKER_DENIED',
      `${doing}: ${cause.operation} on "${cause.subject}" is not allowed`,
      { cause: error },
    );
  }
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    return new RollcallError('ROLLCALL_BROKER_REFUSED_LOGIN', text, { cause: error });
  }
  return new RollcallError('ROLLCALL_BROKER_UNREACHABLE', text, { cause: error });
}

/** A cluster that elects, or that waits for its other nodes, refuses with these for a while. */
const passing = new Set<number>([
  jetStreamCodes.noSuitablePeers,
  jetStreamCodes.notLeader,
  jetStreamCodes.noLeader,
  jetStreamCodes.streamOffline,
]);

/** Whether the same request may succeed in a moment: nothing is wrong with it. */
export function isTransient(error: unknown): boolean {
  const failure = failureOf(error);
  if (failure === undefined) return brokerError(error, 'asking the broker').retryable;
  return failure.code === 503 || passing.has(failure.err_code);
}

function failureOf(error: unknown): ApiFailure | undefined {
  if (typeof error !== 'object' || error === null || !('apiError' in error)) return undefined;
  const call = error as { apiError?: () => ApiFailure };
  return typeof call.apiError === 'function' ? call.apiError() : undefined;
}
