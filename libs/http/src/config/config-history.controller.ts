import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ConfigWritten, quote, RollcallError } from '#contracts';
import { type ConfigDiff, type ConfigRevision, objectBody, reasonIn, revisionIn } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters, sequenceParameter } from '../read/query.js';
import { actorOf } from '../write/actor.js';
import { demandOf } from './config.controller.js';
import { type ConfigParams, keyOf, placeOf, revisionTag } from './config-names.js';

/** What was said about a config key, and how to bring it back. */
@Controller('v1/namespaces/:namespace/config/:application/:key')
export class ConfigHistoryController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Every revision, the oldest first, with who, when and why; also of a deleted key. */
  @Get('history')
  async history(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
  ): Promise<{ readonly key: string; readonly revisions: ConfigRevision[] }> {
    checkQueryNames(query, []);
    const revisions = await this.parts.config().history.of(placeOf(params), params.key);
    return { key: params.key, revisions };
  }

  @Get('diff')
  diff(@Param() params: ConfigParams, @Query() query: Parameters): Promise<ConfigDiff> {
    checkQueryNames(query, ['from', 'to']);
    const [from, to] = [neededRevision(query, 'from'), neededRevision(query, 'to')];
    return this.parts.config().history.diff(placeOf(params), params.key, from, to);
  }

  /** Brings a revision back: `{"revision": 12, "reason": "..."}`. */
  @Post('rollback')
  @HttpCode(200)
  async rollback(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigWritten> {
    const given = objectBody(body, ['revision', 'reason']);
    const revision = revisionIn(given['revision'], 'revision');
    const by = actorOf(request, reasonIn(given['reason']));
    const config = this.parts.config();
    return written(reply, await config.rollback(keyOf(params), revision, by, demandOf(request)));
  }

  /** Brings a deleted key back as it was last. */
  @Post('undelete')
  @HttpCode(200)
  async undelete(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigWritten> {
    const { reason } = objectBody(body ?? {}, ['reason']);
    const by = actorOf(request, reasonIn(reason));
    return written(reply, await this.parts.config().undelete(keyOf(params), by));
  }
}

function written(reply: FastifyReply, result: ConfigWritten): ConfigWritten {
  void reply.header('etag', revisionTag(result.keys[0]?.revision ?? result.sequence));
  void reply.header('x-rollcall-sequence', String(result.sequence));
  return result;
}

function neededRevision(query: Parameters, name: string): number {
  const revision = sequenceParameter(query, name);
  if (revision !== undefined) return revision;
  const text = `parameter ${quote(name)} is missing: the revisions to compare are "from" and "to"`;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', text);
}
