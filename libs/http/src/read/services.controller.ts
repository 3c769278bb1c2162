import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkName, quote, RollcallError } from '#contracts';
import type { ServiceSummary } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { readerFor } from './moment.js';
import { checkQueryNames, type Query as Parameters } from './query.js';

export interface ServicesAnswer {
  readonly namespace: string;
  readonly services: readonly ServiceSummary[];
}

@Controller('v1/namespaces/:namespace/services')
export class ServicesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Every service of a namespace that has instances or a policy. */
  @Get()
  async list(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServicesAnswer> {
    checkName('namespace', namespace);
    checkQueryNames(query, ['at', 'atLeast']);
    const reader = await readerFor(this.parts, query, reply, { namespace });
    return { namespace, services: reader.services(namespace) };
  }

  /** One service: how many instances in which status, which versions, and its policy. */
  @Get(':service')
  async one(
    @Param() { namespace, service }: { namespace: string; service: string },
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServiceSummary> {
    checkName('namespace', namespace);
    checkName('service', service);
    checkQueryNames(query, ['at', 'atLeast']);
    const reader = await readerFor(this.parts, query, reply, { namespace, service });
    const found = reader.service(namespace, service);
    if (found !== undefined) return found;
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `namespace ${quote(namespace)} has no service ${quote(service)}`,
    );
  }
}
