import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName } from '#contracts';
import {
  type JournaledPlan,
  objectBody,
  reasonIn,
  type UndoAnswer,
  undoAsked,
  undoFields,
} from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters } from '../read/query.js';
import { actorOf } from '../write/actor.js';

/** What happened is taken back: shown first, then done. */
@Controller('v1/namespaces/:namespace/undo')
export class UndoController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** A preview; with `"apply": true` the thing itself: `{"events": "1204..2703", "types": ["deregistered"]}`. */
  @Post()
  @HttpCode(200)
  async undo(
    @Param('namespace') namespace: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UndoAnswer> {
    const { reason, ...asked } = objectBody(body, [...undoFields, 'reason']);
    const by = actorOf(request, reasonIn(reason));
    const answer = await undoAsked(this.parts.undo(), checkName('namespace', namespace), asked, by);
    if (answer.sequence !== undefined) void reply.header('x-rollcall-sequence', String(answer.sequence));
    return answer;
  }

  /** The newest plans, oldest first. One without `finishedAt` was interrupted, or is under way. */
  @Get()
  async plans(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
  ): Promise<{ readonly plans: readonly JournaledPlan[] }> {
    checkQueryNames(query, []);
    return { plans: await this.parts.undo().plans(checkName('namespace', namespace)) };
  }
}
