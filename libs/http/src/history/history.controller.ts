import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkName, limits, quote, RollcallError } from '#contracts';
import type { HistoricDiff, HistoricPlace, TimelineLine, TimelineOrder } from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import {
  checkQueryNames,
  type Query as Parameters,
  sequenceParameter,
  textParameter,
} from '../read/query.js';

const placeParameters = ['service', 'instance'] as const;
const MOMENT_LENGTH_MAX = 64;

/** What happened, event by event, and what came of it between two moments. */
@Controller('v1/namespaces/:namespace')
export class HistoryController {
  constructor(@Inject(HTTP_PARTS) private readonly parts: HttpParts) {}

  /** Events in sentences, one JSON object a line; the last line says how far was read. `after` goes on from there. */
  @Get('events')
  async events(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkQueryNames(query, [...placeParameters, 'type', 'actor', 'trace', 'from', 'to', 'after']);
    const { lines, to } = await this.parts.history().timeline(orderOf(namespace, query));
    await reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('x-rollcall-sequence', String(to))
      .send(Readable.from(asJsonLines(lines, to), { objectMode: false }));
  }

  /** What was added, removed and changed from one moment to another, by whom and why. */
  @Get('diff')
  diff(@Param('namespace') namespace: string, @Query() query: Parameters): Promise<HistoricDiff> {
    checkQueryNames(query, [...placeParameters, 'from', 'to']);
    const from = textParameter(query, 'from', MOMENT_LENGTH_MAX);
    if (from === undefined) {
      throw new RollcallError('ROLLCALL_QUERY_INVALID', 'parameter "from" is missing', {
        action: 'Give the earlier moment: a sequence, an RFC 3339 time or -15m.',
      });
    }
    const to = textParameter(query, 'to', MOMENT_LENGTH_MAX) ?? '-0s';
    return this.parts.history().diff(from, to, placeOf(namespace, query));
  }
}

async function* asJsonLines(lines: AsyncIterable<TimelineLine>, to: number): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
  yield `${JSON.stringify({ end: to })}\n`;
}

function placeOf(namespace: string, query: Parameters): HistoricPlace {
  checkName('namespace', namespace);
  const service = textParameter(query, 'service', limits.queryTextMax);
  const instance = textParameter(query, 'instance', limits.queryTextMax);
  if (service === undefined && instance !== undefined) {
    throw new RollcallError(
      'ROLLCALL_QUERY_INVALID',
      `parameter "instance" is ${quote(instance)}, and "service" is missing`,
      { action: 'Name the service of the instance.' },
    );
  }
  return {
    namespace,
    ...(service === undefined ? {} : { service: checkName('service', service) }),
    ...(instance === undefined ? {} : { instance: checkName('instance', instance) }),
  };
}

function orderOf(namespace: string, query: Parameters): TimelineOrder {
  const after = sequenceParameter(query, 'after');
  const from = textParameter(query, 'from', MOMENT_LENGTH_MAX);
  if (after !== undefined && from !== undefined) {
    throw new RollcallError(
      'ROLLCALL_QUERY_INVALID',
      'parameters "from" and "after" both say where to begin',
      {
        action: 'Leave out one of them.',
      },
    );
  }
  const start = after === undefined ? from : String(after + 1);
  const to = textParameter(query, 'to', MOMENT_LENGTH_MAX);
  const types = textParameter(query, 'type', limits.queryTextMax);
  const actor = textParameter(query, 'actor', limits.attributeLengthMax);
  const traceId = textParameter(query, 'trace', limits.attributeLengthMax);
  return {
    place: placeOf(namespace, query),
    ...(start === undefined ? {} : { from: start }),
    ...(to === undefined ? {} : { to }),
    ...(types === undefined ? {} : { types: types.split(',') }),
    ...(actor === undefined ? {} : { actor }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}
