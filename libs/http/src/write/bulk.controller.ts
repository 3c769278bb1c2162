import { Controller, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, limits } from '#contracts';
import { type BulkItem, registerItems } from '#application';
import { JsonLines } from '../guard/json-lines.js';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { type Problem, problemOf } from '../problem/problem.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from './actor.js';

interface BulkAnswer {
  readonly registered: number;
  readonly failed: number;
  /** One for each registration, in their order. */
  readonly results: readonly (Omit<BulkItem, 'error'> & { readonly problem?: Problem })[];
}

@Controller('v1/namespaces/:namespace/instances')
export class BulkController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /**
   * Registers many instances at once, stored with few syncs of the disk: a JSON array, or one JSON object a line
   * (`application/x-ndjson`), each with its `service` and `instance`. Each is answered by itself.
   */
  @Post()
  @HttpCode(200)
  async register(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkAnswer> {
    checkName('namespace', namespace);
    checkQueryNames(query, ['reason']);
    const by = actorOf(request, textParameter(query, 'reason', limits.reasonLengthMax));
    const { body } = request;
    const items = body instanceof JsonLines ? [...body.values()] : body;
    const results = await registerItems(this.parts.bulk(), namespace, items, by);
    const sequence = Math.max(0, ...results.map((item) => item.sequence ?? 0));
    if (sequence > 0) void reply.header('x-rollcall-sequence', String(sequence));
    const failed = results.filter(({ error }) => error !== undefined).length;
    return { registered: results.length - failed, failed, results: results.map(shown) };
  }
}

function shown({ error, ...item }: BulkItem) {
  return error === undefined ? item : { ...item, problem: problemOf(error) };
}
