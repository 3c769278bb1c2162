import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRollcallError } from '#contracts';
import type { QueryPlace } from '#application';
import { takesGzip } from '../answer/compression.js';
import { isKnown } from '../answer/etag.js';
import { HttpAdapter } from '../http-adapter.js';
import { InstanceAnswers, JSON_TYPE } from './instance-answers.js';

const ROUTE = '/v1/namespaces/:namespace/services/:service/instances';

/**
 * Answers what is asked for most, all instances of one service without any parameter, from its bytes and before the
 * framework has done its part. Whatever is not that, or goes wrong, takes the ordinary way, which says the same.
 */
@Injectable()
export class QuickAnswers implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(InstanceAnswers) private readonly answers: InstanceAnswers,
  ) {}

  onModuleInit(): void {
    const { httpAdapter } = this.host;
    if (httpAdapter instanceof HttpAdapter)
      httpAdapter.answerFirst((request, reply) => this.#answer(request, reply));
  }

  /** False when it is not for us. */
  #answer(request: FastifyRequest, reply: FastifyReply): boolean {
    if (request.method !== 'GET' || request.routeOptions.url !== ROUTE || request.url.includes('?'))
      return false;
    const place = request.params as QueryPlace & { readonly service: string };
    try {
      const { answer, freshness } = this.answers.cached(place);
      const head = ['x-content-type-options', 'nosniff', 'cache-control', 'no-cache', 'etag', answer.etag];
      head.push('vary', 'accept-encoding', 'content-type', JSON_TYPE);
      head.push('x-rollcall-sequence', String(freshness.sequence));
      head.push('x-rollcall-stale-ms', String(freshness.staleMs));
      reply.hijack();
      if (isKnown(answer.etag, request.headers['if-none-match'])) reply.raw.writeHead(304, head).end();
      else sendBytes(reply.raw, head, takesGzip(request.headers['accept-encoding']), answer);
      return true;
    } catch (error) {
      if (isRollcallError(error)) return false;
      throw error;
    }
  }
}

type Cached = ReturnType<InstanceAnswers['cached']>['answer'];

function sendBytes(response: ServerResponse, head: string[], isGzip: boolean, answer: Cached): void {
  const gzipped = isGzip ? answer.gzipped() : undefined;
  const bytes = gzipped ?? answer.bytes;
  if (gzipped !== undefined) head.push('content-encoding', 'gzip');
  head.push('content-length', String(bytes.length));
  response.writeHead(200, head);
  // A text goes out with its head in one piece.
  if (gzipped === undefined) response.end(answer.text);
  else response.end(gzipped);
}
