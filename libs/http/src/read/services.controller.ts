import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { checkName, quote, RollcallError } from '#contracts';
import type { ServiceSummary } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters, sequenceParameter } from './query.js';

export interface ServicesAnswer {
  readonly namespace: string;
  readonly services: readonly ServiceSummary[];
}

@Controller('v1/namespaces/:namespace/services')
export class ServicesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Every service of a namespace that has instances or a policy. */
  @Get()
  async list(@Param('namespace') namespace: string, @Query() query: Parameters): Promise<ServicesAnswer> {
    checkName('namespace', namespace);
    checkQueryNames(query, ['atLeast']);
    await this.parts.reader.atLeast(sequenceParameter(query, 'atLeast'));
    return { namespace, services: this.parts.reader.services(namespace) };
  }

  /** One service: how many instances in which status, which versions, and its policy. */
  @Get(':service')
  async one(
    @Param() { namespace, service }: { namespace: string; service: string },
    @Query() query: Parameters,
  ): Promise<ServiceSummary> {
    checkName('namespace', namespace);
    checkName('service', service);
    checkQueryNames(query, ['atLeast']);
    await this.parts.reader.atLeast(sequenceParameter(query, 'atLeast'));
    const found = this.parts.reader.service(namespace, service);
    if (found !== undefined) return found;
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `namespace ${quote(namespace)} has no service ${quote(service)}`,
    );
  }
}
