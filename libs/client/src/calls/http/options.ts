import type { IncomingHttpHeaders } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import type { PickOptions, ServiceOptions } from '../pick/service-handle.js';

/** How calls over HTTP to one service are made. What is left out is as the policy of the service says. */
export interface HttpCallerOptions extends Omit<ServiceOptions, 'protocol'> {
  /** A call takes no longer, repeated attempts included, in ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** One attempt takes no longer, in ms. Default 3,000. */
  readonly attemptTimeoutMs?: number;
  /** Attempts that may reach an instance, the first included. Default 3. */
  readonly attemptsMax?: number;
  /** Repeated attempts may be this share of all calls, in percent. Default 20. */
  readonly retryBudgetPercent?: number;
  /** Ask a second instance when the first has not answered after so long, in ms. Absent: never. */
  readonly hedgeAfterMs?: number;
  /** Connections to one instance at most. Default 128. */
  readonly connectionsMax?: number;
  /** A connection that is not made in so long has failed, in ms. Default 1,000. */
  readonly connectTimeoutMs?: number;
  /** Answers larger than this are refused, in bytes. Default 16 MiB. */
  readonly answerBytesMax?: number;
  /** For endpoints with protocol `https`. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;
}

/** One call. */
export interface HttpRequest {
  /** Default `GET`. */
  readonly method?: string;
  /** With its query; the base path of the endpoint is put before it. Default `/`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Uint8Array;
  /**
   * The call may be made twice. Default: true for GET, HEAD, OPTIONS, PUT, DELETE and TRACE (RFC 9110, 9.2.2), and for
   * calls with an `idempotency-key` header. Only such calls are repeated once they may have reached an instance.
   */
  readonly isIdempotent?: boolean;
  readonly timeoutMs?: number;
  readonly hedgeAfterMs?: number;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
  /** Which instance is needed. */
  readonly pick?: Omit<PickOptions, 'headers' | 'avoid' | 'protocol'>;
}

/** One attempt to have a call answered. */
export interface HttpAttempt {
  readonly instance: string;
  /** What it came to: a status, or what failed. */
  readonly result: string;
}

/** What an instance answered, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  /** True for a status from 200 to 299. */
  readonly ok: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Name of the instance that answered. */
  readonly instance: string;
  readonly attempts: readonly HttpAttempt[];
  /** Journal sequence the choice of the instance reflects. */
  readonly sequence: number;
  /** True when the registry was not heard of for a while: the choice is from the last known view. */
  readonly isStale: boolean;
  text(): string;
  /** @throws SyntaxError when the body is no JSON */
  json(): unknown;
}
