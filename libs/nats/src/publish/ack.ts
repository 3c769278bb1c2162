import type { ApiFailure } from '../connection/broker-error.js';

export interface StoredAck {
  readonly sequence: number;
  /** The broker had stored this message id before and did not store it again. */
  readonly duplicate: boolean;
}

export type AckReply =
  | { readonly kind: 'stored'; readonly ack: StoredAck }
  | { readonly kind: 'failed'; readonly failure: ApiFailure }
  /** Not from JetStream: somebody answered on our inbox, such as a Nest listener beside the stream. */
  | { readonly kind: 'stranger' };

/**
 * Reads what arrived on an ack inbox. Only a reply that names the expected stream and an integer sequence
 * is believed: any subscriber of the subject can send something to the publisher's reply subject.
 */
export function readAck(text: string, stream: string): AckReply {
  let reply: { stream?: unknown; seq?: unknown; duplicate?: unknown; error?: Partial<ApiFailure> };
  try {
    reply = JSON.parse(text) as typeof reply;
  } catch {
    return { kind: 'stranger' };
  }
  if (typeof reply !== 'object' || reply === null) return { kind: 'stranger' };
  if (typeof reply.error?.err_code === 'number') {
    const { err_code, code = 0, description = 'no description' } = reply.error;
    return { kind: 'failed', failure: { err_code, code, description } };
  }
  if (reply.stream !== stream || !Number.isSafeInteger(reply.seq) || (reply.seq as number) < 1)
    return { kind: 'stranger' };
  return { kind: 'stored', ack: { sequence: reply.seq as number, duplicate: reply.duplicate === true } };
}
