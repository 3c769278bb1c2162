import { randomUUID } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { quote, RollcallError } from '#contracts';
import type { Log } from '#application';
import type { RouteTable } from '../guard/route-table.js';
import { internalError, PROBLEM_TYPE, problemOf } from './problem.js';
import { translate } from './translate.js';

/** Answers everything that is thrown while a request is handled, wherever, as problem+json. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly routes: RouteTable,
    private readonly elsewhere?: string,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error =
      this.#missing(thrown, request, reply) ?? translate(thrown) ?? this.#unforeseen(thrown, request);
    const problem = problemOf(error);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="rollcall"');
    if (problem.status === 503) void reply.header('retry-after', '1');
    if (problem.status === 413) void reply.header('connection', 'close');
    void reply.code(problem.status).header('content-type', PROBLEM_TYPE).send(JSON.stringify(problem));
  }

  /** Nest says "not found" for an unknown path and for a known one with another method. */
  #missing(thrown: unknown, request: FastifyRequest, reply: FastifyReply): RollcallError | undefined {
    if (!(thrown instanceof HttpException) || thrown.getStatus() !== 404) return undefined;
    const path = request.url.split('?', 1)[0] as string;
    const allowed = this.routes.methodsAt(path);
    if (allowed.length === 0) {
      const hint = this.elsewhere === undefined ? '' : `: ${this.elsewhere}`;
      return new RollcallError('ROLLCALL_ROUTE_UNKNOWN', `there is nothing at ${quote(path)}${hint}`);
    }
    void reply.header('allow', allowed.join(', '));
    const text = `${request.method} is not for ${quote(path)}, which takes ${allowed.join(', ')}`;
    return new RollcallError('ROLLCALL_METHOD_NOT_ALLOWED', text, { details: { allowed } });
  }

  #unforeseen(thrown: unknown, request: FastifyRequest): RollcallError {
    const id = randomUUID();
    this.log.error('a request failed unexpectedly', {
      id,
      method: request.method,
      url: request.url,
      error: thrown,
    });
    return internalError(id);
  }
}
