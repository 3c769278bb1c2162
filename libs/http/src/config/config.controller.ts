import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { HttpCode } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, type ConfigTimed, type ConfigWritten, limits } from '#contracts';
import { type ApplicationSummary, batchBody, expectationOf, putBody, type ShownConfig } from '#application';
import { isKnown } from '../answer/etag.js';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { configReaderFor } from '../read/moment.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from '../write/actor.js';
import { type ConfigParams, placeOf, revisionTag } from './config-names.js';

/** Config keys: what stands, and changing it, guarded by `If-Match: <revision>`. */
@Controller('v1/namespaces/:namespace/config')
export class ConfigController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  @Get()
  async applications(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly applications: ApplicationSummary[] }> {
    checkQueryNames(query, ['at', 'atLeast']);
    checkName('namespace', namespace);
    const reader = await configReaderFor(this.parts, query, reply, { namespace });
    return { applications: reader.applications(namespace) };
  }

  @Get(':application')
  async list(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly application: string; readonly keys: ShownConfig[] }> {
    checkQueryNames(query, ['at', 'atLeast']);
    const place = placeOf(params);
    const reader = await configReaderFor(this.parts, query, reply, place);
    return { application: place.application, keys: reader.list(place) };
  }

  /** Several keys at once: `{"changes": [{"key": "a", "value": 1}, {"key": "b", "delete": true}]}`; all or none. */
  @Post(':application')
  @HttpCode(200)
  async batch(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigTimed> {
    const { changes, reason, ...times } = batchBody(body);
    const by = actorOf(request, reason);
    return this.#written(reply, await this.parts.config().writeAt(placeOf(params), changes, times, by));
  }

  @Get(':application/:key')
  async one(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownConfig | undefined> {
    checkQueryNames(query, ['at', 'atLeast']);
    const place = placeOf(params);
    const found = (await configReaderFor(this.parts, query, reply, place)).one(place, params.key);
    const etag = revisionTag(found.revision);
    void reply.header('etag', etag);
    if (!isKnown(etag, request.headers['if-none-match'])) return found;
    void reply.code(304);
    return undefined;
  }

  /** `{"value": "debug", "contentType": "text", "reason": "..."}`; also `effectiveAt` and `revertAfter`. */
  @Put(':application/:key')
  async put(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigTimed> {
    const { content, reason, ...times } = putBody(body);
    const expected = demandOf(request);
    const change = { key: params.key, content, ...(expected === undefined ? {} : { expected }) };
    const by = actorOf(request, reason);
    return this.#written(reply, await this.parts.config().writeAt(placeOf(params), [change], times, by));
  }

  @Delete(':application/:key')
  async delete(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigWritten> {
    checkQueryNames(query, ['reason']);
    const expected = demandOf(request);
    const change = { key: params.key, ...(expected === undefined ? {} : { expected }) };
    const by = actorOf(request, textParameter(query, 'reason', limits.reasonLengthMax));
    return this.#written(reply, await this.parts.config().write(placeOf(params), [change], by));
  }

  #written<Written extends ConfigWritten>(reply: FastifyReply, written: Written): Written {
    const [only, ...others] = written.keys;
    if (only !== undefined && others.length === 0) void reply.header('etag', revisionTag(only.revision));
    void reply.header('x-rollcall-sequence', String(written.sequence));
    return written;
  }
}

/** @throws ROLLCALL_QUERY_INVALID */
export function demandOf(request: FastifyRequest) {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  return expectationOf(ifMatch, ifNoneMatch);
}
