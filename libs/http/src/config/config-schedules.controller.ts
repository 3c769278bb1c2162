import { Controller, Delete, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, type ConfigScheduleView, limits } from '#contracts';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { configReaderFor } from '../read/moment.js';
import { checkQueryNames, type Query as Parameters, textParameter } from '../read/query.js';
import { actorOf } from '../write/actor.js';
import { placeOf } from './config-names.js';

interface ScheduleParams {
  readonly namespace: string;
  readonly application: string;
  readonly schedule: string;
}

/** Changes that wait for their time. They are set by writing a key with `effectiveAt` or `revertAfter`. */
@Controller('v1/namespaces/:namespace/config-schedules/:application')
export class ConfigSchedulesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** By time: those that wait, and of the last day those that were made, skipped or cancelled. */
  @Get()
  async list(
    @Param() params: ScheduleParams,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly application: string; readonly schedules: ConfigScheduleView[] }> {
    checkQueryNames(query, ['at', 'atLeast']);
    const place = placeOf(params);
    const reader = await configReaderFor(this.parts, query, reply, place);
    return { application: place.application, schedules: reader.schedules(place) };
  }

  @Delete(':schedule')
  async cancel(
    @Param() params: ScheduleParams,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly sequence: number }> {
    checkQueryNames(query, ['reason']);
    const by = actorOf(request, textParameter(query, 'reason', limits.reasonLengthMax));
    const schedule = checkName('schedule', params.schedule);
    const sequence = await this.parts.config().schedules.cancel(placeOf(params), schedule, by);
    void reply.header('x-rollcall-sequence', String(sequence));
    return { sequence };
  }
}
