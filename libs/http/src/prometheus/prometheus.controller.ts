import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, type InstanceView, limits, quote, RollcallError } from '#contracts';
import { filterParameters, parseFilter, parseInstanceQuery } from '#domain';
import { etagOf, isKnown } from '../answer/etag.js';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import {
  checkQueryNames,
  type Query as Parameters,
  sequenceParameter,
  textParameter,
} from '../read/query.js';
import { targetGroups } from './target-groups.js';

@Controller()
export class PrometheusController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /**
   * Scrape targets for Prometheus' `http_sd_configs`: the endpoints called `metrics`, or as `endpoint` says, of the
   * instances a filter finds. Also those nobody is sent to: an instance in trouble is worth a look.
   */
  @Get('v1/namespaces/:namespace/prometheus-sd')
  async targets(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkName('namespace', namespace);
    checkQueryNames(query, [...filterParameters, 'endpoint', 'atLeast']);
    const { reader } = this.parts;
    await reader.atLeast(sequenceParameter(query, 'atLeast'));
    const { endpoint: _endpoint, atLeast: _atLeast, ...asked } = query;
    const question = { ...parseInstanceQuery({}), filter: parseFilter(asked), page: { limit: Infinity } };
    const etag = etagOf(reader.stamp({ namespace }));
    void reply.header('etag', etag).header('cache-control', 'no-cache');
    if (isKnown(etag, request.headers['if-none-match'])) {
      await reply.code(304).send();
      return;
    }
    const { items } = reader.query({ namespace }, question);
    const groups = targetGroups(items as InstanceView[], endpointOf(query));
    await reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(groups));
  }
}

function endpointOf(query: Parameters): string {
  const name = textParameter(query, 'endpoint', limits.queryTextMax) ?? 'metrics';
  if (name === '*' || /^[a-z0-9-]+$/.test(name)) return name;
  throw new RollcallError(
    'ROLLCALL_QUERY_INVALID',
    `parameter "endpoint" is ${quote(name)}, allowed is a name or *`,
  );
}
