import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkName, limits, quote, RollcallError } from '#contracts';
import { type CallGraphView, wishNames } from '#domain';
import { type CallExplanation, callPlaces, explainCall } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { readerFor } from './moment.js';
import { checkQueryNames, type Query as Parameters, textParameter } from './query.js';

/** Who calls whom, and where a call would go. */
@Controller('v1/namespaces/:namespace')
export class CallsController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** The call graph of the last minute, from what callers tell: rate, errors, p50 and p99 of who calls whom. */
  @Get('graph')
  graph(@Param('namespace') namespace: string, @Query() query: Parameters): CallGraphView {
    checkName('namespace', namespace);
    checkQueryNames(query, []);
    return this.parts.callGraph(namespace);
  }

  /** Candidates of a call, which were filtered by what rule, and who would be picked. */
  @Get('services/:service/explain')
  async explain(
    @Param() { namespace, service }: { namespace: string; service: string },
    @Query() query: Parameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CallExplanation> {
    checkQueryNames(query, ['caller', 'header', 'at', 'atLeast', ...wishNames]);
    const caller = textParameter(query, 'caller', 128);
    if (caller === undefined)
      throw new RollcallError('ROLLCALL_QUERY_INVALID', 'caller is missing: who calls?');
    const wishes = Object.fromEntries(wishNames.map((name) => [name, query[name]]));
    const reader = await readerFor(this.parts, query, reply, ...callPlaces(namespace, caller, service));
    return explainCall(reader, {
      namespace,
      service,
      caller,
      wishes,
      headers: headersIn(query['header']),
      chance: 0.5,
    });
  }
}

/** `header=x-canary:1`, which may be repeated. */
function headersIn(given: unknown): Record<string, string> {
  const texts = given === undefined ? [] : Array.isArray(given) ? (given as unknown[]) : [given];
  if (texts.length > limits.queryTermsMax)
    throw new RollcallError('ROLLCALL_QUERY_INVALID', `header is given ${texts.length} times`);
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^:\s]{1,128}):(.{0,1024})$/.exec(String(text)) ?? [];
      if (name !== undefined && value !== undefined) return [name.toLowerCase(), value.trim()];
      throw new RollcallError('ROLLCALL_QUERY_INVALID', `header is ${quote(text)}, which is not name:value`);
    }),
  );
}
