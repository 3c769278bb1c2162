import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { checkName } from '#contracts';
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
}
