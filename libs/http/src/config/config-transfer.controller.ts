import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { quote, RollcallError } from '#contracts';
import { documentFormatIn, type Imported, objectBody, reasonIn } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { configReaderFor } from '../read/moment.js';
import { checkQueryNames, type Query as Parameters } from '../read/query.js';
import { actorOf } from '../write/actor.js';
import { type ConfigParams, placeOf } from './config-names.js';

/** Files of config, into an application and out of it. */
@Controller('v1/namespaces/:namespace')
export class ConfigTransferController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  @Get('config-export/:application')
  async export(
    @Param() params: ConfigParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly format: string; readonly text: string }> {
    checkQueryNames(query, ['format', 'at', 'atLeast']);
    const format = documentFormatIn(query['format'] ?? 'json');
    const place = placeOf(params);
    const reader = await configReaderFor(this.parts, query, reply, place);
    return { format, text: this.parts.config().transfer.export(place, format, reader) };
  }

  /** `{"format": "env", "text": "...", "dryRun": true, "prune": false}`: all of it, or nothing. */
  @Post('config-import/:application')
  @HttpCode(200)
  async import(
    @Param() params: ConfigParams,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Imported> {
    const given = objectBody(body, ['format', 'text', 'dryRun', 'prune', 'reason']);
    const { text } = given;
    if (typeof text !== 'string') {
      throw new RollcallError('ROLLCALL_RECORD_INVALID', `text ${quote(text ?? null)} is no text`);
    }
    const order = {
      format: documentFormatIn(given['format']),
      text,
      dryRun: flagIn(given, 'dryRun'),
      prune: flagIn(given, 'prune'),
    };
    const by = actorOf(request, reasonIn(given['reason']));
    const imported = await this.parts.config().transfer.import(placeOf(params), order, by);
    if (imported.sequence !== undefined) void reply.header('x-rollcall-sequence', String(imported.sequence));
    return imported;
  }
}

function flagIn(given: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = given[name];
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', `${name} is ${quote(value)}, allowed is true or false`);
}
