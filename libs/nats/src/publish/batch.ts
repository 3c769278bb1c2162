import { randomUUID } from 'node:crypto';
import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { limits, RollcallError } from '#contracts';
import { type ApiFailure, apiError, brokerError } from '../connection/broker-error.js';
import type { BatchOutgoing } from './publisher.js';

interface BatchReply {
  readonly error?: ApiFailure;
  readonly stream?: string;
  readonly seq?: number;
  readonly count?: number;
}

/** The messages of a batch, each made when its turn comes. An array is one. */
export interface Batch {
  readonly length: number;
  at(index: number): BatchOutgoing | undefined;
}

/**
 * Stores all messages or none (JetStream atomic batch, ADR-50), and says what the server said when it refuses.
 * The messages take consecutive sequences; the result is the last one.
 * @throws ROLLCALL_REVISION_CONFLICT, ROLLCALL_BATCH_REFUSED, ROLLCALL_NOT_ACKNOWLEDGED; what `at` throws;
 * ROLLCALL_BROKER_UNREACHABLE when a message cannot be sent
 */
export async function publishBatch(
  connection: NatsConnection,
  stream: string,
  messages: Batch,
  timeoutMs: number = limits.readTimeoutMs,
): Promise<{ readonly lastSequence: number }> {
  const count = messages.length;
  if (count === 0 || count > limits.batchMessagesMax) {
    throw new RollcallError(
      'ROLLCALL_BATCH_REFUSED',
      `a batch of ${count} messages is not between 1 and ${limits.batchMessagesMax}`,
    );
  }
  const reply = await sendAll(connection, messages, timeoutMs);
  return readBatchReply(reply, stream, count);
}

async function sendAll(connection: NatsConnection, messages: Batch, timeout: number): Promise<BatchReply> {
  const id = randomUUID().replaceAll('-', '');
  const count = messages.length;
  let open: BatchOutgoing | undefined;
  let position = 1;
  try {
    for (; position < count; position += 1) {
      const message = messages.at(position - 1) as BatchOutgoing;
      publish(connection, message, batchHeaders(message, id, position));
      open = message;
    }
    const last = messages.at(count - 1) as BatchOutgoing;
    const headers = batchHeaders(last, id, count, 'Nats-Batch-Commit: 1\r\n');
    return await requestCommit(connection, last, { headers, timeout });
  } catch (error) {
    if (open !== undefined) giveUp(connection, open, batchHeaders(open, id, position + 1));
    throw error;
  }
}

function publish(connection: NatsConnection, { subject, payload }: BatchOutgoing, headers: MsgHdrs): void {
  try {
    connection.publish(subject, payload, { headers });
  } catch (error) {
    throw brokerError(error, `sending a message of a batch on "${subject}"`);
  }
}

/**
 * With a gap in its numbers the broker lets go of a batch at once; else it waits for the rest, of 50 batches at most.
 * Of one it has committed, the answer being lost, it knows nothing any more, and refuses the message.
 */
function giveUp(connection: NatsConnection, { subject, payload }: BatchOutgoing, headers: MsgHdrs): void {
  try {
    connection.publish(subject, payload, { headers });
  } catch {
    // The connection is closed, which is told already. The broker lets go of the batch after a while.
  }
}

/** Not into the message: a batch that is refused may be sent again, message by message. */
function batchHeaders({ headers }: BatchOutgoing, id: string, position: number, commit = ''): MsgHdrs {
  const lines = `Nats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${position}\r\n${commit}`;
  return headers.with(lines).toSend;
}

async function requestCommit(
  connection: NatsConnection,
  last: BatchOutgoing,
  options: { readonly headers: MsgHdrs; readonly timeout: number },
): Promise<BatchReply> {
  try {
    const reply = await connection.request(last.subject, last.payload, options);
    return reply.json<BatchReply>();
  } catch (error) {
    const text = `the batch ending on "${last.subject}" got no answer`;
    throw new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', text, { cause: brokerError(error, text) });
  }
}

function readBatchReply(reply: BatchReply, stream: string, count: number): { lastSequence: number } {
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
