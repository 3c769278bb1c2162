import { Controller, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, isRollcallError, limits, RollcallError } from '#contracts';
import type { BulkResult, RegistrationInput } from '#application';
import { JsonLines } from '../guard/json-lines.js';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { type Problem, problemOf } from '../problem/problem.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from './actor.js';
import { registrationOf } from './registration-body.js';

/** What became of one registration, in the place it had in the request. */
interface BulkItem {
  readonly service?: string;
  readonly instance?: string;
  readonly sequence?: number;
  readonly incarnation?: number;
  readonly problem?: Problem;
}

interface BulkAnswer {
  readonly registered: number;
  readonly failed: number;
  readonly results: readonly BulkItem[];
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
    const read = itemsOf(request.body).map((item) => readItem(namespace, item));
    const valid = read.filter((item): item is RegistrationInput => !isRollcallError(item));
    const stored = await this.parts.bulk().register(valid, by);
    const results = told(read, stored);
    const sequence = Math.max(0, ...results.map((item) => item.sequence ?? 0));
    if (sequence > 0) void reply.header('x-rollcall-sequence', String(sequence));
    const failed = results.filter(({ problem }) => problem !== undefined).length;
    return { registered: results.length - failed, failed, results };
  }
}

function itemsOf(body: unknown): unknown[] {
  const items = body instanceof JsonLines ? [...body.values()] : body;
  if (!Array.isArray(items)) {
    throw new RollcallError('ROLLCALL_BODY_INVALID', 'the body is neither a JSON array nor JSON by lines', {
      action: 'Send an array, or one JSON object a line with Content-Type: application/x-ndjson.',
    });
  }
  if (items.length <= limits.batchMessagesMax) return items as unknown[];
  const text = `the body has ${items.length} registrations; at most ${limits.batchMessagesMax} are allowed at once`;
  throw new RollcallError('ROLLCALL_BODY_TOO_LARGE', text);
}

function readItem(namespace: string, item: unknown): RegistrationInput | RollcallError {
  if (isRollcallError(item)) return item;
  try {
    const { service, instance } = (item ?? {}) as Record<string, unknown>;
    const names = {
      namespace,
      service: checkName('service', service),
      instance: checkName('instance', instance),
    };
    return registrationOf(names, item);
  } catch (error) {
    if (isRollcallError(error)) return error;
    throw error;
  }
}

/** Puts what was stored back between what could not be read. */
function told(
  read: readonly (RegistrationInput | RollcallError)[],
  stored: readonly BulkResult[],
): BulkItem[] {
  let next = 0;
  return read.map((item) => {
    if (isRollcallError(item)) return { problem: problemOf(item) };
    const result = stored[next] as BulkResult;
    next += 1;
    const { service, instance } = item;
    return isRollcallError(result)
      ? { service, instance, problem: problemOf(result) }
      : { service, instance, ...result };
  });
}
