import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { limits, RollcallError } from '#contracts';
import { type ApiFailure, apiError, brokerError } from '../connection/broker-error.js';
import { OutgoingHeaders } from '../codec/outgoing-headers.js';
import type { Outgoing } from './publisher.js';

export interface BatchReply {
  readonly error?: ApiFailure;
  readonly stream?: string;
  readonly seq?: number;
  readonly count?: number;
}

/**
 * Stores all messages or none (JetStream atomic batch, ADR-50), and says what the server said when it refuses.
 * The messages take consecutive sequences; the result is the last one.
 * @throws ROLLCALL_REVISION_CONFLICT, ROLLCALL_BATCH_REFUSED, ROLLCALL_NOT_ACKNOWLEDGED
 */
export async function publishBatch(
  connection: NatsConnection,
  stream: string,
  messages: readonly Outgoing[],
  timeoutMs: number = limits.readTimeoutMs,
): Promise<{ readonly lastSequence: number }> {
  const last = messages.at(-1);
  if (last === undefined || messages.length > limits.batchMessagesMax) {
    throw new RollcallError(
      'ROLLCALL_BATCH_REFUSED',
      `a batch of ${messages.length} messages is not between 1 and ${limits.batchMessagesMax}`,
    );
  }
  const id = randomUUID().replaceAll('-', '');
  for (const [index, message] of messages.slice(0, -1).entries()) {
    connection.publish(message.subject, message.payload, { headers: batchHeaders(message, id, index + 1) });
  }
  const headers = batchHeaders(last, id, messages.length);
  headers.put('Nats-Batch-Commit', '1');
  const reply = await requestCommit(connection, last, { headers, timeout: timeoutMs });
  return readBatchReply(reply, stream, messages.length);
}

/** A copy: a batch that is refused may be sent again, message by message. */
function batchHeaders({ headers }: Outgoing, id: string, position: number): OutgoingHeaders {
  const copy = new OutgoingHeaders();
  for (const [name, values] of headers ?? []) copy.headers.set(name, values);
  return copy.put('Nats-Batch-Id', id).put('Nats-Batch-Sequence', String(position));
}

async function requestCommit(
  connection: NatsConnection,
  last: Outgoing,
  options: { readonly headers: OutgoingHeaders; readonly timeout: number },
): Promise<BatchReply> {
  try {
    const reply = await connection.request(last.subject, last.payload, options);
    return reply.json<BatchReply>();
  } catch (error) {
    const text = `the batch ending on "${last.subject}" got no answer`;
    throw new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', text, { cause: brokerError(error, text) });
  }
}

export function readBatchReply(reply: BatchReply, stream: string, count: number): { lastSequence: number } {
  if (reply.error !== undefined) {
    const error = apiError(reply.error, 'storing a batch');
    if (error.code === 'ROLLCALL_UNAVAILABLE') {
      throw new RollcallError('ROLLCALL_BATCH_REFUSED', error.what, { details: error.details });
    }
    throw error;
  }
  if (reply.stream !== stream || !Number.isSafeInteger(reply.seq) || reply.count !== count) {
    throw new RollcallError(
      'ROLLCALL_NOT_ACKNOWLEDGED',
      `the answer to a batch of ${count} was not an acknowledgement of all of it`,
    );
  }
  return { lastSequence: reply.seq as number };
}
