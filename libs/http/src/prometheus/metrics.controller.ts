import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HTTP_PARTS, type ProcessParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters } from '../read/query.js';

@Controller('metrics')
export class MetricsController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: ProcessParts) {}

  /** The registry's own metrics. */
  @Get()
  async metrics(@Query() query: Parameters, @Res() reply: FastifyReply): Promise<void> {
    checkQueryNames(query, []);
    const { metrics } = this.parts;
    await reply.header('content-type', metrics.contentType).send(await metrics.text());
  }
}
