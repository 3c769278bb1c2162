import type { FastifyReply, FastifyRequest } from 'fastify';
import type { QueryPlace, Reader } from '#application';
import { parseInstanceQuery, queryParameters } from '#domain';
import { ByteCache, CachedAnswer } from '../answer/byte-cache.js';
import { takesGzip } from '../answer/compression.js';
import { etagOf, isKnown } from '../answer/etag.js';
import { booleanParameter, checkQueryNames, type Query as Parameters } from './query.js';

export const JSON_TYPE = 'application/json; charset=utf-8';
const unfiltered = parseInstanceQuery({});

/**
 * Lists of instances as answers. Whoever asks for all of a service gets bytes that are made once for each state the
 * service is in, and whoever has them already is told so.
 */
export class InstanceAnswers {
  readonly #cache = new ByteCache();

  constructor(private readonly reader: Reader) {}

  /**
   * @param own parameters of the route, which are no part of the question
   * @throws ROLLCALL_QUERY_INVALID, ROLLCALL_FILTER_INVALID, ROLLCALL_CURSOR_INVALID, ROLLCALL_SERVICE_UNKNOWN
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    place: QueryPlace,
    own: readonly string[],
  ): Promise<void> {
    const query = request.query as Parameters;
    const question = questionOf(query, place, own);
    const all = booleanParameter(query, 'all');
    const stamp = this.reader.stamp(place);
    const { sequence = 0 } = this.reader.freshness() ?? {};
    void reply.header('x-rollcall-sequence', String(sequence)).header('content-type', JSON_TYPE);
    // What is told about the departed may change while nothing that is present does.
    const etag = all ? undefined : etagOf(stamp);
    if (etag !== undefined) {
      void reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept-encoding');
      if (isKnown(etag, request.headers['if-none-match'])) {
        await reply.code(304).send();
        return;
      }
    }
    if (question !== undefined || etag === undefined || place.service === undefined) {
      const page = this.reader.query({ ...place, all }, question ?? unfiltered);
      await reply.send(JSON.stringify(bodyOf(place, page)));
      return;
    }
    await sendCached(request, reply, this.cached({ ...place, service: place.service }).answer);
  }

  /** The same from a reader of the past, whose answer never changes and is asked for seldom. */
  async sendPast(
    request: FastifyRequest,
    reply: FastifyReply,
    past: Reader,
    place: QueryPlace,
  ): Promise<void> {
    const query = request.query as Parameters;
    const question = questionOf(query, place, ['at']) ?? unfiltered;
    const page = past.query({ ...place, all: booleanParameter(query, 'all') }, question);
    await reply.header('content-type', JSON_TYPE).send(JSON.stringify(bodyOf(place, page)));
  }

  /**
   * All instances of a service as bytes, with the sequence they reflect.
   * @throws ROLLCALL_SERVICE_UNKNOWN, ROLLCALL_UNAVAILABLE
   */
  cached(place: { readonly namespace: string; readonly service: string }) {
    const key = `${place.namespace}/${place.service}`;
    const stamp = this.reader.stamp(place);
    const freshness = this.reader.freshness() ?? { sequence: 0, staleMs: 0 };
    const held = this.#cache.get(key, stamp);
    if (held !== undefined) return { answer: held, freshness };
    const text = JSON.stringify(bodyOf(place, this.reader.query(place, unfiltered)));
    const answer = new CachedAnswer(stamp, etagOf(stamp), text);
    this.#cache.put(key, answer);
    return { answer, freshness };
  }
}

/** Undefined when everything is asked for, in the usual order. */
function questionOf(query: Parameters, place: QueryPlace, own: readonly string[]) {
  const known = queryParameters.filter((name) => name !== 'service' || place.service === undefined);
  checkQueryNames(query, [...own, 'all', ...known]);
  const asked = Object.fromEntries(
    Object.entries(query).filter(([name]) => (known as string[]).includes(name)),
  );
  return Object.keys(asked).length === 0 ? undefined : parseInstanceQuery(asked);
}

type Page = ReturnType<Reader['query']>;

function bodyOf({ namespace, service }: QueryPlace, { items, total, next }: Page) {
  return {
    namespace,
    ...(service === undefined ? {} : { service }),
    instances: items,
    total,
    ...(next === undefined ? {} : { next }),
  };
}

async function sendCached(request: FastifyRequest, reply: FastifyReply, answer: CachedAnswer): Promise<void> {
  const gzipped = takesGzip(request.headers['accept-encoding']) ? answer.gzipped() : undefined;
  if (gzipped !== undefined) void reply.header('content-encoding', 'gzip');
  await reply.send(gzipped ?? answer.bytes);
}
