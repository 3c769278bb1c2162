import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  checkName,
  type ConfigGrayView,
  type ConfigWritten,
  type EffectiveConfig,
  limits,
  METADATA_KEY_PATTERN,
  quote,
  RollcallError,
} from '#contracts';
import { contentIn, type GrayOrder, objectBody, type Reader, reasonIn, type Rollout } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { bothReadersFor, configReaderFor } from '../read/moment.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from '../write/actor.js';
import { demandOf } from './config.controller.js';
import { type ConfigParams, keyOf, placeOf, revisionTag } from './config-names.js';

interface Written {
  readonly sequence: number;
}

/** Gray releases, what one instance sees, and how a change comes to the instances. */
@Controller('v1/namespaces/:namespace')
export class ConfigReleaseController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  @Get('config/:application/:key/gray')
  async gray(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigGrayView> {
    checkQueryNames(query, ['at', 'atLeast']);
    const place = placeOf(params);
    const found = (await configReaderFor(this.parts, query, reply, place)).about(
      place,
      params.key,
      'config-gray',
    );
    void reply.header('etag', revisionTag(found.revision));
    return found;
  }

  /** `{"value": 20, "to": {"percent": 10}}` starts one; `{"to": {"percent": 50}}` widens it. */
  @Put('config/:application/:key/gray')
  async release(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    const given = objectBody(body, ['value', 'contentType', 'to', 'rejectionSharePercentMax', 'reason']);
    const by = actorOf(request, reasonIn(given['reason']));
    const { grays } = this.parts.config();
    return written(reply, await grays.release(keyOf(params), orderIn(given), by, demandOf(request)));
  }

  /** Takes the value back from those who see it. */
  @Delete('config/:application/:key/gray')
  async withdraw(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Written> {
    checkQueryNames(query, ['reason']);
    const by = actorOf(request, textParameter(query, 'reason', limits.reasonLengthMax));
    return written(reply, await this.parts.config().grays.withdraw(keyOf(params), by));
  }

  /** Gives the value to everybody. */
  @Post('config/:application/:key/gray/complete')
  @HttpCode(200)
  async complete(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigWritten> {
    const { reason } = objectBody(body ?? {}, ['reason']);
    const by = actorOf(request, reasonIn(reason));
    const result = await this.parts.config().grays.complete(keyOf(params), by);
    void reply.header('x-rollcall-sequence', String(result.sequence));
    return result;
  }

  /** How many of the instances that read it applied the last change, and who would not. */
  @Get('config/:application/:key/rollout')
  rollout(@Param() params: ConfigParams, @Query() query: Parameters): Rollout {
    checkQueryNames(query, []);
    // A key nobody has ever heard of is not "applied by nobody".
    this.parts.config().reader.known(placeOf(params), params.key);
    return this.parts.rollout(keyOf(params));
  }

  /** What one instance sees, and from which layer each key comes. A registered one is looked up with `service`. */
  @Get('config-effective/:application')
  async effective(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EffectiveConfig> {
    checkQueryNames(query, ['instance', 'service', 'version', 'zone', 'tag', 'label', 'at', 'atLeast']);
    const place = placeOf(params);
    const service = textParameter(query, 'service', 63);
    const wanted = service === undefined ? place : { ...place, service };
    const { config, reader } = await bothReadersFor(this.parts, query, reply, wanted);
    const found = config.effective(place, instanceIn(reader, place.namespace, query));
    void reply.header('etag', revisionTag(found.revision));
    return found;
  }
}

/** Who reads: as it is described, or as it is registered. */
function instanceIn(reader: Reader, namespace: string, query: Parameters) {
  const instance = checkName('instance', query['instance']);
  const service = textParameter(query, 'service', 63);
  const view = service === undefined ? undefined : reader.instance(namespace, service, instance);
  if (service !== undefined && view === undefined) {
    const text = `service ${quote(service)} has no instance ${quote(instance)}`;
    throw new RollcallError('ROLLCALL_NOT_FOUND', text);
  }
  const version = textParameter(query, 'version', 128) ?? view?.version;
  const zone = textParameter(query, 'zone', 128) ?? view?.zone;
  return {
    instance,
    tags: [...(view?.tags ?? []), ...listIn(query, 'tag')],
    metadata: { ...view?.metadata, ...labelsIn(query) },
    ...(version === undefined ? {} : { version }),
    ...(zone === undefined ? {} : { zone }),
  };
}

function orderIn(given: Readonly<Record<string, unknown>>): GrayOrder {
  const { to, rejectionSharePercentMax: share } = given;
  return {
    ...(given['value'] === undefined ? {} : { content: contentIn(given) }),
    to: objectBody(to, ['match', 'percent']),
    ...(share === undefined ? {} : { rejectionSharePercentMax: share as number }),
  };
}

function listIn(query: Parameters, name: string): string[] {
  const value = query[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String).slice(0, limits.tagsMax);
}

/** `label=team=a`, repeated. */
function labelsIn(query: Parameters): Record<string, string> {
  const labels = listIn(query, 'label').map((text): [string, string] => {
    const at = text.indexOf('=');
    const key = text.slice(0, Math.max(0, at));
    if (METADATA_KEY_PATTERN.test(key)) return [key, text.slice(at + 1)];
    throw new RollcallError('ROLLCALL_QUERY_INVALID', `label ${quote(text)} is not key=value`);
  });
  return Object.fromEntries(labels);
}

function written(reply: FastifyReply, sequence: number): Written {
  void reply.header('etag', revisionTag(sequence));
  void reply.header('x-rollcall-sequence', String(sequence));
  return { sequence };
}
