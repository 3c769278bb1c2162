import { setTimeout as delay } from 'node:timers/promises';
import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { errors, type MsgHdrs } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { brokerError, isTransient } from '../connection/broker-error.js';

export interface LastMessage {
  readonly sequence: number;
  /** Where it was said again, if it was carried: then the rest tells of the first time. */
  readonly place?: number;
  readonly atMs: number;
  readonly headers: MsgHdrs;
  text(): string;
}

/**
 * Who may answer. `any` replica is quick and may be a moment behind; it can be allowed for single subjects. The
 * `leader` knows of everything that was acknowledged.
 */
export type Reads = 'any' | 'leader';

/**
 * The last message on a subject, or undefined when there is none. Waits for a broker that is away for as long as a
 * write would: a registration reads before it writes.
 */
export async function lastMessage(
  manager: JetStreamManager,
  stream: string,
  subject: string,
  reads: Reads = 'any',
): Promise<LastMessage | undefined> {
  const query = { last_by_subj: subject };
  const ask = (): Promise<StoredMsg | null> =>
    reads === 'any' ? manager.direct.getMessage(stream, query) : manager.streams.getMessage(stream, query);
  try {
    const found = await patiently(ask, reads);
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

/** The newest of the last messages on several subjects, which may have wildcards, by the word of the leader. */
export async function lastOnAny(
  manager: JetStreamManager,
  stream: string,
  subjects: readonly string[],
): Promise<LastMessage | undefined> {
  const found = await Promise.all(subjects.map((subject) => lastMessage(manager, stream, subject, 'leader')));
  return found.reduce(
    (newest, one) => ((one?.sequence ?? 0) > (newest?.sequence ?? 0) ? one : newest),
    undefined,
  );
}

const PAUSE_MS = 50;

/**
 * What is asked while the broker goes down is lost and never answered: asked again, it finds the broker back. A
 * leader may be missing for the seconds of an election; that no replica answers means that there is no such stream.
 */
async function patiently<Answer>(ask: () => Promise<Answer>, reads: Reads): Promise<Answer> {
  const deadlineMs = performance.now() + limits.publishTimeoutMs * limits.publishAttemptsMax;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof errors.TimeoutError || (reads === 'leader' && isTransient(error));
      if (!mayPass || performance.now() > deadlineMs) throw error;
    }
    await delay(PAUSE_MS * (1 + Math.random()));
  }
}
