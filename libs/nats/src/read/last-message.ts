import type { JetStreamManager } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/nats-core';
import { brokerError } from '../connection/broker-error.js';

export interface LastMessage {
  readonly sequence: number;
  readonly atMs: number;
  readonly headers: MsgHdrs;
  text(): string;
}

/** The last message on a subject, or undefined when there is none. Any replica may answer. */
export async function lastMessage(
  manager: JetStreamManager,
  stream: string,
  subject: string,
): Promise<LastMessage | undefined> {
  try {
    const found = await manager.direct.getMessage(stream, { last_by_subj: subject });
    if (found === null) return undefined;
    return {
      sequence: found.seq,
      atMs: found.time.getTime(),
      headers: found.header,
      text: () => found.string(),
    };
  } catch (error) {
    throw brokerError(error, `reading the last message on "${subject}"`);
  }
}
