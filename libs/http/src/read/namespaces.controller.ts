import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { NamespaceSummary } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { readerFor } from './moment.js';
import { checkQueryNames, type Query as Parameters } from './query.js';

@Controller('v1/namespaces')
export class NamespacesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Every namespace with a service. */
  @Get()
  async list(
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly namespaces: readonly NamespaceSummary[] }> {
    checkQueryNames(query, ['at', 'atLeast']);
    const reader = await readerFor(this.parts, query, reply, {});
    return { namespaces: reader.namespaces() };
  }
}
