import type { JetStreamManager } from '@nats-io/jetstream';
import { errors, type MsgHdrs } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { brokerError } from '../connection/broker-error.js';

export interface LastMessage {
  readonly sequence: number;
  readonly atMs: number;
  readonly headers: MsgHdrs;
  text(): string;
}

/**
 * The last message on a subject, or undefined when there is none. Any replica may answer. Waits for a broker that
 * is away for as long as a write would: a registration reads before it writes.
 */
export async function lastMessage(
  manager: JetStreamManager,
  stream: string,
  subject: string,
): Promise<LastMessage | undefined> {
  try {
    const found = await patiently(() => manager.direct.getMessage(stream, { last_by_subj: subject }));
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

/** What is asked while the broker goes down is lost and never answered: asked again, it finds the broker back. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const deadlineMs = performance.now() + limits.publishTimeoutMs * limits.publishAttemptsMax;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || performance.now() > deadlineMs) throw error;
    }
  }
}
