import type { JsMsg } from '@nats-io/jetstream';
import { headers as newHeaders, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { AckPublisher } from '#nats';

/** Why an event was given up. */
export type DeadReason =
  /** Its handler failed at every try. */
  | 'failed'
  /** It cannot be read, or its handler said that no try would help. */
  | 'poison'
  /** It was delivered more often than allowed and never settled: whoever handles it may die of it. */
  | 'unsettled';

export interface DeadLetter {
  readonly message: JsMsg;
  readonly kind: DeadReason;
  readonly reason: string;
}

/** Headers a dead letter carries beside its own. */
export const deadHeaders = {
  kind: 'rollcall-dead-kind',
  reason: 'rollcall-dead-reason',
  stream: 'rollcall-dead-stream',
  sequence: 'rollcall-dead-sequence',
  subject: 'rollcall-dead-subject',
  consumer: 'rollcall-dead-consumer',
  deliveries: 'rollcall-dead-deliveries',
  /** Present when the body stayed in the stream, because with these headers it would be too large to publish. */
  body: 'rollcall-dead-body',
} as const;

/** Room that the line of protocol and the header block need beside what is counted here. */
const FRAME_BYTES = 1_024;

/** Publishes what is given up, once each, with the broker's acknowledgement. */
export class DeadLetters {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #publisher: AckPublisher;

  /** @param stream the one that stores the subject */
  constructor(connection: NatsConnection, subject: string, stream: string) {
    this.#connection = connection;
    this.#subject = subject;
    this.#publisher = new AckPublisher(connection, { stream, attemptsMax: 3 });
  }

  /** Resolves when it is stored. */
  async publish(letter: DeadLetter): Promise<void> {
    const { message } = letter;
    const headers = headersOf(letter);
    const fits = message.data.length + sizeOf(headers) <= (this.#connection.info?.max_payload ?? Infinity);
    if (!fits) headers.set(deadHeaders.body, `left in ${message.info.stream}`);
    const payload = fits ? message.data : new Uint8Array();
    await this.#publisher.publish({ subject: this.#subject, payload, headers });
  }

  close(): void {
    this.#publisher.close();
  }
}

function headersOf({ message, kind, reason }: DeadLetter): MsgHdrs {
  const { info } = message;
  const headers = newHeaders();
  for (const [name, values] of message.headers ?? []) {
    // What the publisher told the broker (expected sequence, time to live ...) was for the first stream.
    if (!name.toLowerCase().startsWith('nats-')) for (const value of values) headers.append(name, value);
  }
  headers.set(deadHeaders.kind, kind);
  headers.set(deadHeaders.reason, oneLine(reason));
  headers.set(deadHeaders.stream, info.stream);
  headers.set(deadHeaders.sequence, String(info.streamSequence));
  headers.set(deadHeaders.subject, message.subject);
  headers.set(deadHeaders.consumer, info.consumer);
  headers.set(deadHeaders.deliveries, String(info.deliveryCount));
  headers.set('Nats-Msg-Id', `dead:${info.stream}:${info.streamSequence}:${info.consumer}`);
  return headers;
}

/** A reason is one line of bounded length: it must not become a second header. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.slice(0, limits.reasonLengthMax) || 'no reason was given';
}

function sizeOf(headers: MsgHdrs): number {
  let bytes = FRAME_BYTES;
  for (const [name, values] of headers)
    for (const value of values) bytes += 4 + name.length + Buffer.byteLength(value);
  return bytes;
}
