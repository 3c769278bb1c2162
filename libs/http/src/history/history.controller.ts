import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { limits, quote, RollcallError } from '#contracts';
import {
  type AvailabilityReport,
  checkedPlace,
  type HistoricDiff,
  type HistoricPlace,
  type TimelineLine,
  type TimelineOrder,
} from '#application';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import {
  checkQueryNames,
  type Query as Parameters,
  sequenceParameter,
  textParameter,
} from '../read/query.js';

const placeParameters = ['service', 'instance', 'application', 'key'] as const;
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

  /** Uptime, outages, flaps, restarts and deploys of instances, services and versions in a window. */
  @Get('availability')
  availability(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
  ): Promise<AvailabilityReport> {
    checkQueryNames(query, ['service', 'instance', 'from', 'to']);
    const [from, to] = windowOf(query);
    return this.parts.history().availability(from, to, placeOf(namespace, query));
  }

  /** What was added, removed and changed from one moment to another, by whom and why. */
  @Get('diff')
  diff(@Param('namespace') namespace: string, @Query() query: Parameters): Promise<HistoricDiff> {
    checkQueryNames(query, [...placeParameters, 'from', 'to']);
    const [from, to] = windowOf(query);
    return this.parts.history().diff(from, to, placeOf(namespace, query));
  }
}

async function* asJsonLines(lines: AsyncIterable<TimelineLine>, to: number): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
  yield `${JSON.stringify({ end: to })}\n`;
}

function placeOf(namespace: string, query: Parameters): HistoricPlace {
  const given = placeParameters.map(
    (name) => [name, textParameter(query, name, limits.queryTextMax)] as const,
  );
  const place = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  if (place.service === undefined && place.instance !== undefined)
    throw alone('instance', place.instance, 'service');
  if (place.application === undefined && place.key !== undefined)
    throw alone('key', place.key, 'application');
  if (place.service !== undefined && place.application !== undefined) {
    const text = 'parameters "service" and "application" name two places';
    throw new RollcallError('ROLLCALL_QUERY_INVALID', text, { action: 'Ask for one of them at a time.' });
  }
  return checkedPlace({ namespace, ...place });
}

function alone(name: string, value: string, missing: string): RollcallError {
  const text = `parameter "${name}" is ${quote(value)}, and "${missing}" is missing`;
  return new RollcallError('ROLLCALL_QUERY_INVALID', text, { action: `Give "${missing}" too.` });
}

/** @throws ROLLCALL_QUERY_INVALID without the earlier moment */
function windowOf(query: Parameters): [from: string, to: string] {
  const from = textParameter(query, 'from', MOMENT_LENGTH_MAX);
  if (from !== undefined) return [from, textParameter(query, 'to', MOMENT_LENGTH_MAX) ?? '-0s'];
  throw new RollcallError('ROLLCALL_QUERY_INVALID', 'parameter "from" is missing', {
    action: 'Give the earlier moment: a sequence, an RFC 3339 time or -15m.',
  });
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
