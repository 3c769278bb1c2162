import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { NamespaceSummary } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters, sequenceParameter } from './query.js';

@Controller('v1/namespaces')
export class NamespacesController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Every namespace with a service. */
  @Get()
  async list(@Query() query: Parameters): Promise<{ readonly namespaces: readonly NamespaceSummary[] }> {
    checkQueryNames(query, ['atLeast']);
    await this.parts.reader.atLeast(sequenceParameter(query, 'atLeast'));
    return { namespaces: this.parts.reader.namespaces() };
  }
}
