import type { FastifyReply } from 'fastify';
import { RollcallError } from '#contracts';
import type { HistoricPlace, Reader } from '#application';
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
  { reader, history }: Pick<HttpParts, 'reader' | 'history'>,
  query: Parameters,
  reply: FastifyReply,
  place: HistoricPlace,
): Promise<Reader> {
  const at = textParameter(query, 'at', MOMENT_LENGTH_MAX);
  if (at === undefined) {
    await reader.atLeast(sequenceParameter(query, 'atLeast'));
    return reader;
  }
  const conflicting = waiting.filter((name) => query[name] !== undefined);
  if (conflicting.length > 0) {
    throw new RollcallError(
      'ROLLCALL_QUERY_INVALID',
      `parameter "at" asks for the past, "${conflicting.join('", "')}" for what is to come`,
      { action: 'Leave out one of them.' },
    );
  }
  const past = await history().readerAt(at, place);
  void reply
    .header('x-rollcall-sequence', String(past.moment.sequence))
    .header('x-rollcall-at', past.moment.at);
  return past.reader;
}
