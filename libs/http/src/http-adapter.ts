import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { errorText, limits, quote, RollcallError } from '#contracts';
import type { Log, Reader } from '#application';
import { compress, isWorthwhile, takesGzip } from './answer/compression.js';
import { parseJsonBody } from './guard/json-body.js';
import { JsonLines } from './guard/json-lines.js';
import { type AllowedHosts, checkPlace } from './guard/origin.js';
import { RouteTable } from './guard/route-table.js';
import { checkToken } from './guard/token.js';
import { PROBLEM_TYPE, problemOf } from './problem/problem.js';
import { ProblemFilter } from './problem/problem-filter.js';

export interface HttpOptions extends AllowedHosts {
  readonly reader: Reader;
  readonly log: Log;
  /** Told of each answer; for metrics. */
  readonly onAnswered?: (request: AnsweredRequest) => void;
  /** Guards writes when set. */
  readonly token?: string;
  /** A request has to arrive whole in this time. Default `limits.httpRequestMsMax`. */
  readonly requestMsMax?: number;
  /** Where else to ask; said when there is nothing at a path. */
  readonly elsewhere?: string;
}

/** One request, once it is answered. */
interface AnsweredRequest {
  readonly method: string;
  /** The route, not the path, so that there are few of them. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Answers a request, or returns false and has not touched it. */
type EarlyAnswer = (request: FastifyRequest, reply: FastifyReply) => boolean;

/** Longer than any name, so that a name that is too long is refused as a name and not as an unknown path. */
const PARAMETER_LENGTH_MAX = 1_024;

/**
 * Fastify as our front door: checks who asks before anything else is read, reads bodies strictly, and answers
 * everything that goes wrong, also before a route is found, as problem+json.
 */
export class HttpAdapter extends FastifyAdapter {
  readonly problems: ProblemFilter;
  /** Every route there is. */
  readonly routes: RouteTable;
  #first: EarlyAnswer = () => false;

  constructor(options: HttpOptions) {
    const routes = new RouteTable();
    const problems = new ProblemFilter(options.log, routes, options.elsewhere);
    const requestTimeout = options.requestMsMax ?? limits.httpRequestMsMax;
    super({
      bodyLimit: limits.httpBodyBytesMax,
      requestTimeout,
      // Node looks for slow senders every 30 s only, and takes the larger of both limits for that of the whole request.
      http: {
        requestTimeout,
        headersTimeout: requestTimeout,
        connectionsCheckingInterval: requestTimeout / 10,
      },
      routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
        problems.answer(error, request, reply),
      clientErrorHandler: answerBrokenRequest,
    } as FastifyServerOptions);
    this.problems = problems;
    this.routes = routes;
    const instance = this.getInstance();
    instance.addHook('onRoute', ({ url, method }) => routes.add(url, method));
    addGuards(instance, options);
    instance.addHook('onRequest', (request, reply, done) => {
      if (!this.#first(request, reply)) done();
    });
    addBodyParser(instance);
  }

  /** Lets somebody answer a request that may ask, before it is handled. */
  answerFirst(answer: EarlyAnswer): void {
    this.#first = answer;
  }

  /** Fastify's own errors stay what they are; Nest would keep only their status. */
  override mapException(error: unknown): unknown {
    return error;
  }
}

function addGuards(instance: FastifyInstance, options: HttpOptions): void {
  instance.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
    const { host, origin, authorization } = request.headers;
    try {
      checkPlace({ host, origin, localAddress: request.socket.localAddress }, options);
      checkToken(request.method, authorization, options.token);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  instance.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    options.onAnswered?.({
      method: request.method,
      route,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1_000,
    });
    done();
  });
  instance.addHook('onSend', async (request, reply, payload) => {
    setFreshness(reply, options);
    return compressed(request, reply, payload);
  });
}

/** Answers worth it go out compressed to clients that take it; others as they are. */
async function compressed(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== 'string' || !isWorthwhile(payload.length) || reply.hasHeader('content-encoding'))
    return payload;
  void reply.header('vary', 'accept-encoding');
  if (!takesGzip(request.headers['accept-encoding'])) return payload;
  const bytes = await compress(payload);
  void reply.header('content-encoding', 'gzip').header('content-length', bytes.length);
  return bytes;
}

/** An answer is sent whatever comes of this: it is the last step of every one, also of those about errors. */
function setFreshness(reply: FastifyReply, { reader, log }: HttpOptions): void {
  try {
    const freshness = reader.freshness();
    if (freshness === undefined) return;
    if (!reply.hasHeader('x-rollcall-sequence'))
      void reply.header('x-rollcall-sequence', String(freshness.sequence));
    void reply.header('x-rollcall-stale-ms', String(freshness.staleMs));
  } catch (error) {
    log.error('the freshness of an answer is not known', { error });
  }
}

/** JSON, and JSON by lines: Fastify would also take text, and Nest forms. */
function addBodyParser(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/x-ndjson', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, new JsonLines(body as Buffer));
  });
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** What Node cannot even read as HTTP never becomes a request; it is answered on the bare socket. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = problemOf(new RollcallError('ROLLCALL_REQUEST_MALFORMED', quote(errorText(error))));
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify({ ...problem, status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
