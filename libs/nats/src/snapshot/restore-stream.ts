import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { type ApiFailure, brokerError } from '../connection/broker-error.js';
import { askStreamApi, checkAnswer, type StoredStream, type StreamPlace } from './stream-api.js';

/** Chunks on their way: the broker gives up when it hears nothing for five seconds, so that it must not wait for us. */
const WINDOW_CHUNKS = 16;

type Answer = Partial<StoredStream> & { readonly error?: ApiFailure };

/**
 * Makes a stream from the chunks of a snapshot: its messages get the sequences and times they had. The stream must not
 * exist. Chunks must not be larger than those `snapshotStream` hands over.
 * @returns the stream as it is now
 */
export async function restoreStream(
  connection: NatsConnection,
  place: StreamPlace & StoredStream,
  chunks: AsyncIterable<Uint8Array>,
): Promise<StoredStream> {
  const { config, state } = place;
  const doing = `restoring the stream "${place.stream}"`;
  const { deliver_subject } = await askStreamApi<{ readonly deliver_subject: string }>(
    connection,
    place,
    'RESTORE',
    { config, state },
  );
  const send = async (chunk: Uint8Array): Promise<Msg> => {
    try {
      return await connection.request(deliver_subject, chunk, { timeout: limits.backupStallMs });
    } catch (error) {
      throw brokerError(error, doing);
    }
  };
  const underway: Promise<void>[] = [];
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    const taken = send(chunk).then(refuseError(doing));
    // It is told where it is waited for.
    taken.catch(() => undefined);
    underway.push(taken);
    if (underway.length >= WINDOW_CHUNKS) await underway.shift();
  }
  await Promise.all(underway);
  // An empty chunk ends it, and the broker opens the stream before it answers.
  return checkAnswer((await send(new Uint8Array())).json<StoredStream & Answer>(), doing);
}

/** A chunk that was taken is answered with nothing; an answer with words is a refusal. */
function refuseError(doing: string): (answer: Msg) => void {
  return (answer) => {
    if (answer.data.length > 0) checkAnswer(answer.json<Answer>(), doing);
  };
}
