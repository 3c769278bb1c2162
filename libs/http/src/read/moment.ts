import type { FastifyReply } from 'fastify';
import { RollcallError } from '#contracts';
import {
  checkedPlace,
  configPlaces,
  ConfigReader,
  type HistoricPlace,
  type HistoricView,
  Reader,
} from '#application';
import type { HttpParts } from '../http-parts.js';
import { type Query as Parameters, sequenceParameter, textParameter } from './query.js';

const MOMENT_LENGTH_MAX = 64;
/** Ways to wait for what is to come, which the past has no use for. */
const waiting = ['atLeast', 'wait', 'index'];

/**
 * The reader a question wants: of what is now, no older than `atLeast`, or of the moment `at` names. The answer says
 * which sequence it reflects, and when that was.
 * @throws ROLLCALL_SEQUENCE_INVALID, ROLLCALL_QUERY_INVALID, ROLLCALL_BEFORE_HISTORY, ROLLCALL_AFTER_HISTORY
 */
export async function readerFor(
  parts: Pick<HttpParts, 'reader' | 'history'>,
  query: Parameters,
  reply: FastifyReply,
  ...places: readonly HistoricPlace[]
): Promise<Reader> {
  const past = await pastFor(parts, query, reply, places);
  return past === undefined ? parts.reader : new Reader(() => past);
}

/** The same for config, of one application with what all share, or of a namespace. @throws as `readerFor` */
export async function configReaderFor(
  parts: Pick<HttpParts, 'reader' | 'history' | 'config'>,
  query: Parameters,
  reply: FastifyReply,
  place: { readonly namespace: string; readonly application?: string },
): Promise<ConfigReader> {
  return (await bothReadersFor(parts, query, reply, place)).config;
}

/** Config, and the service of the instance that reads it, of one moment. @throws as `readerFor` */
export async function bothReadersFor(
  parts: Pick<HttpParts, 'reader' | 'history' | 'config'>,
  query: Parameters,
  reply: FastifyReply,
  { namespace, application, service }: HistoricPlace & { readonly namespace: string },
): Promise<{ readonly config: ConfigReader; readonly reader: Reader }> {
  if (application !== undefined) checkedPlace({ namespace, application });
  const services = service === undefined ? [] : [checkedPlace({ namespace, service })];
  const past = await pastFor(parts, query, reply, [...configPlaces(namespace, application), ...services]);
  if (past === undefined) return { config: parts.config().reader, reader: parts.reader };
  return { config: new ConfigReader(() => past), reader: new Reader(() => past) };
}

/** The view a question about the past is answered from; undefined for one about what is now. */
async function pastFor(
  { reader, history }: Pick<HttpParts, 'reader' | 'history'>,
  query: Parameters,
  reply: FastifyReply,
  places: readonly HistoricPlace[],
): Promise<HistoricView | undefined> {
  const at = textParameter(query, 'at', MOMENT_LENGTH_MAX);
  if (at === undefined) {
    await reader.atLeast(sequenceParameter(query, 'atLeast'));
    return undefined;
  }
  const conflicting = waiting.filter((name) => query[name] !== undefined);
  if (conflicting.length > 0) {
    throw new RollcallError(
      'ROLLCALL_QUERY_INVALID',
      `parameter "at" asks for the past, "${conflicting.join('", "')}" for what is to come`,
      { action: 'Leave out one of them.' },
    );
  }
  const past = await history().viewAt(await history().moment(at), ...places);
  void reply.header('x-rollcall-sequence', String(past.sequence)).header('x-rollcall-at', past.at);
  return past;
}
