import { randomUUID } from 'node:crypto';
import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { brokerError } from '../connection/broker-error.js';
import { type BatchReply, readBatchReply } from './batch.js';

/** A message whose headers are text already. */
export interface RawMessage {
  readonly subject: string;
  /** `name: value` lines, each with its line break; one character is one byte. */
  readonly headers: string;
  readonly payload: Uint8Array;
}

/**
 * Stores all messages or none, as `publishBatch` does, for messages that are copied: their headers are neither parsed
 * nor built anew, which is most of what a copy would cost.
 * @throws as `publishBatch`
 */
export async function publishRawBatch(
  connection: NatsConnection,
  stream: string,
  messages: readonly RawMessage[],
): Promise<{ readonly lastSequence: number }> {
  const id = randomUUID().replaceAll('-', '');
  const last = messages.length - 1;
  const blockOf = (index: number): { readonly headers: MsgHdrs } => {
    const end = index === last ? 'Nats-Batch-Commit: 1\r\n' : '';
    const own = `Nats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${index + 1}\r\n${end}`;
    return { headers: written(`NATS/1.0\r\n${messages[index]?.headers ?? ''}${own}\r\n`) };
  };
  for (const [index, { subject, payload }] of messages.slice(0, -1).entries())
    connection.publish(subject, payload, blockOf(index));
  const { subject, payload } = messages[last] as RawMessage;
  const doing = `storing a batch that ends on "${subject}"`;
  try {
    const reply = await connection.request(subject, payload, {
      ...blockOf(last),
      timeout: limits.readTimeoutMs,
    });
    return readBatchReply(reply.json<BatchReply>(), stream, messages.length);
  } catch (error) {
    throw brokerError(error, doing);
  }
}

/** nats.js asks headers for one thing when it publishes them: their bytes. */
function written(block: string): MsgHdrs {
  return { encode: () => Buffer.from(block, 'latin1') } as unknown as MsgHdrs;
}
