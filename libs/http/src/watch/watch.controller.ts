import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkName, limits, RollcallError } from '#contracts';
import { Watcher } from '#application';
import { filterParameters, parseFilter } from '#domain';
import { HTTP_PARTS, type HttpParts } from '../http-parts.js';
import { checkQueryNames, type Query as Parameters, sequenceParameter } from '../read/query.js';
import { SseSink } from './sse-sink.js';
import { WatchHub } from './watch-hub.js';

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-content-type-options': 'nosniff',
  // nginx would otherwise collect events before it passes them on.
  'x-accel-buffering': 'no',
  connection: 'keep-alive',
};
/** A client that lost its connection waits so long before it comes back. */
const RECONNECT_MS = 1_000;

@Controller('v1/namespaces/:namespace/watch')
export class WatchController {
  constructor(
    @Inject(HTTP_PARTS) private readonly parts: HttpParts,
    @Inject(WatchHub) private readonly hub: WatchHub,
  ) {}

  /**
   * Server-sent events: what is there, then every change. `Last-Event-ID` (or `lastEventId`, for clients that cannot
   * set headers) goes on from where an earlier watch was.
   */
  @Get()
  async watch(
    @Param('namespace') namespace: string,
    @Query() query: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkName('namespace', namespace);
    checkQueryNames(query, [...filterParameters, 'lastEventId']);
    const asked = Object.fromEntries(Object.entries(query).filter(([name]) => name !== 'lastEventId'));
    const filter = parseFilter(asked);
    const since = await this.#since(query, request);
    const { feed, table } = this.parts.watching();
    if (feed.listenerCount >= limits.watchersMax) {
      throw new RollcallError(
        'ROLLCALL_TOO_MANY_WATCHERS',
        `${limits.watchersMax} watchers are the most allowed`,
      );
    }
    reply.hijack();
    reply.raw.writeHead(200, { ...HEAD, 'x-rollcall-sequence': String(feed.position) });
    if (request.method === 'HEAD') {
      reply.raw.end();
      return;
    }
    reply.raw.write(`retry: ${RECONNECT_MS}\n\n`);
    const sink = new SseSink(reply.raw, this.hub.unhurried, () => watcher.onDrained());
    const order = { feed, table, namespace, filter, sink };
    const watcher = new Watcher(since === undefined ? order : { ...order, since });
    const remove = this.hub.add({ watcher, sink });
    reply.raw.on('close', remove).on('error', remove);
    watcher.start();
  }

  /** Where to go on. A place this node has not reached yet is waited for a moment: another may have been ahead. */
  async #since(query: Parameters, { headers }: FastifyRequest): Promise<number | undefined> {
    const header = headers['last-event-id'];
    const since =
      sequenceParameter({ 'Last-Event-ID': header === '' ? undefined : header }, 'Last-Event-ID') ??
      sequenceParameter(query, 'lastEventId');
    await this.parts.reader.atLeast(since).catch((error: unknown) => {
      if (this.parts.reader.freshness() === undefined) throw error;
    });
    return since;
  }
}
