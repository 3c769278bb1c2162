import type { Dispatcher } from 'undici';
import { type CallPolicy, quote, RollcallError } from '#contracts';
import { remainingMs } from './deadline.js';
import type { HttpCallerOptions, HttpRequest } from './options.js';

/** A call with everything decided about it but the instance. */
export interface CallPlan {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  readonly isIdempotent: boolean;
  /** When it has to be answered, by this process's clock. */
  readonly deadlineAtMs: number;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly attemptsMax: number;
  readonly budgetPercent: number | undefined;
  readonly hedgeAfterMs: number | undefined;
}

const TIMEOUT_MS = 10_000;
const ATTEMPT_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 3;
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/**
 * Decides how a call is made: as the call says, else as the caller was told, else as the policy of the service says.
 * No call takes longer than whoever waits for this process.
 * @throws ROLLCALL_REQUEST_MALFORMED
 */
export function planCall(request: HttpRequest, options: HttpCallerOptions, policy: CallPolicy): CallPlan {
  const method = (request.method ?? 'GET').toUpperCase();
  const path = request.path ?? '/';
  checkRequest(method, path);
  const headers = headersOf(request);
  const manner = mannerOf(request, options, policy);
  return {
    ...manner,
    method,
    path,
    headers,
    body: bodyOf(request),
    isIdempotent: request.isIdempotent ?? (idempotent.has(method) || 'idempotency-key' in headers),
    deadlineAtMs: performance.now() + manner.timeoutMs,
  };
}

function mannerOf(request: HttpRequest, options: HttpCallerOptions, policy: CallPolicy) {
  const asked = request.timeoutMs ?? options.timeoutMs ?? policy.timeoutMs ?? TIMEOUT_MS;
  return {
    timeoutMs: Math.min(asked, remainingMs()),
    attemptTimeoutMs: options.attemptTimeoutMs ?? policy.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
    attemptsMax: options.attemptsMax ?? policy.attemptsMax ?? ATTEMPTS_MAX,
    budgetPercent: options.retryBudgetPercent ?? policy.retryBudgetPercent,
    hedgeAfterMs: request.hedgeAfterMs ?? options.hedgeAfterMs,
  };
}

function headersOf({ headers = {}, json }: HttpRequest): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name] as string;
  if (json !== undefined) lower['content-type'] ??= 'application/json';
  return lower;
}

function bodyOf({ json, body }: HttpRequest): string | Uint8Array | null {
  return json === undefined ? (body ?? null) : JSON.stringify(json);
}

function checkRequest(method: string, path: string): void {
  if (!/^[A-Z]{1,16}$/.test(method))
    throw new RollcallError('ROLLCALL_REQUEST_MALFORMED', `method ${quote(method)} is no HTTP method`);
  if (!/^\/[!-~]*$/.test(path)) {
    const what = `path ${quote(path)} does not begin with "/", or holds characters that have to be encoded`;
    throw new RollcallError('ROLLCALL_REQUEST_MALFORMED', what, {
      action: 'Give a path from the root, encoded with encodeURIComponent where need be.',
    });
  }
}

/** The base path of an endpoint and the path of a call. */
export function joinPath(base: string | undefined, path: string): string {
  if (base === undefined || base === '' || base === '/') return path;
  const clean = `/${base}`.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
  return encodeURI(clean) + path;
}
