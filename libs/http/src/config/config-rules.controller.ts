import { Body, Controller, Delete, Get, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type ConfigOverride,
  type ConfigOverrideView,
  type ConfigSchemaView,
  limits,
  quote,
  RollcallError,
} from '#contracts';
import { type Actor, contentIn, objectBody, reasonIn } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { configReaderFor } from '../read/moment.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from '../write/actor.js';
import { demandOf } from './config.controller.js';
import { type ConfigParams, keyOf, placeOf, revisionTag } from './config-names.js';

interface Written {
  readonly sequence: number;
}

/** What stands beside the value of a key: its schema, and other values for some instances. */
@Controller('v1/namespaces/:namespace/config/:application/:key')
export class ConfigRulesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  @Get('schema')
  async schema(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigSchemaView> {
    checkQueryNames(query, ['at', 'atLeast']);
    const place = placeOf(params);
    const reader = await configReaderFor(this.parts, query, reply, place);
    const found = reader.about(place, params.key, 'config-schema');
    void reply.header('etag', revisionTag(found.revision));
    return found;
  }

  /** `{"schema": {"type": "integer", "minimum": 1}}`; with the key `=application`, over the object of all keys. */
  @Put('schema')
  async setSchema(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const { schema, reason } = objectBody(body, ['schema', 'reason']);
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
      throw new RollcallError(
        'ROLLCALL_CONFIG_SCHEMA_INVALID',
        `${quote(schema ?? null)} is no JSON Schema object`,
      );
    }
    const by = actorOf(request, reasonIn(reason));
    const { schemas } = this.parts.config();
    return written(reply, await schemas.set(keyOf(params), schema, by, demandOf(request)));
  }

  @Delete('schema')
  async removeSchema(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const { schemas } = this.parts.config();
    return written(reply, await schemas.remove(keyOf(params), because(query, request), demandOf(request)));
  }

  @Get('overrides')
  async overrides(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigOverrideView> {
    checkQueryNames(query, ['at', 'atLeast']);
    const place = placeOf(params);
    const reader = await configReaderFor(this.parts, query, reply, place);
    const found = reader.about(place, params.key, 'config-override');
    void reply.header('etag', revisionTag(found.revision));
    return found;
  }

  /** `{"overrides": [{"name": "canary", "match": {"version": ">=2"}, "value": 20}]}`: all of them, in order. */
  @Put('overrides')
  async setOverrides(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const given = objectBody(body, ['overrides', 'reason']);
    const overrides = overridesIn(given['overrides']);
    const by = actorOf(request, reasonIn(given['reason']));
    const config = this.parts.config();
    return written(reply, await config.overrides.set(keyOf(params), overrides, by, demandOf(request)));
  }

  @Delete('overrides')
  async removeOverrides(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const { overrides } = this.parts.config();
    return written(reply, await overrides.remove(keyOf(params), because(query, request), demandOf(request)));
  }
}

function because(query: Parameters, request: FastifyRequest): Actor {
  checkQueryNames(query, ['reason']);
  return actorOf(request, textParameter(query, 'reason', limits.reasonLengthMax));
}

function overridesIn(value: unknown): ConfigOverride[] {
  if (!Array.isArray(value)) {
    throw new RollcallError('ROLLCALL_RECORD_INVALID', `overrides ${quote(value ?? null)} is no list`);
  }
  return (value as unknown[]).map((item, index) => {
    const given = objectBody(item, ['name', 'match', 'value', 'contentType']);
    const { name, match = {} } = given as Partial<ConfigOverride>;
    const content = contentIn(given, `overrides.${index}.`);
    return { name, match, ...content } as ConfigOverride;
  });
}

function written(reply: FastifyReply, sequence: number): Written {
  void reply.header('etag', revisionTag(sequence));
  void reply.header('x-rollcall-sequence', String(sequence));
  return { sequence };
}
