import { errorText } from '#contracts';
import type { CallOutcome } from '../pick/circuit.js';

/** Why an attempt has no answer. */
export interface AttemptFailure {
  readonly outcome: CallOutcome;
  /** False: nothing of it can have reached the instance, so it may be repeated whatever it was. */
  readonly mayHaveArrived: boolean;
  readonly text: string;
  readonly error: unknown;
}

/** Errors before a connection stands. */
const notConnected = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Errors of a connection that stood. */
const broken = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);
const certificate = /^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO)/;

/** What went wrong, as balancers and retries see it. */
export function readFailure(error: unknown): AttemptFailure {
  const text = errorText(error);
  const name = error instanceof Error ? error.name : '';
  const code = codeOf(error);
  if (notConnected.has(code) || certificate.test(code) || name === 'AddressRefused')
    return {
      outcome: 'unreachable',
      mayHaveArrived: false,
      text: code === '' ? text : `${code}: ${text}`,
      error,
    };
  if (broken.has(code))
    return { outcome: 'unreachable', mayHaveArrived: true, text: `${code}: ${text}`, error };
  return { outcome: 'failed', mayHaveArrived: true, text, error };
}

/** Several addresses of one name may have been tried: then the last word counts. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) ? codeOf(errors.at(-1)) : '';
}
