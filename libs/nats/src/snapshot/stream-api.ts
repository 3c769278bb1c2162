import type { NatsConnection } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { type ApiFailure, apiError, brokerError } from '../connection/broker-error.js';

export interface StreamPlace {
  readonly stream: string;
  readonly domain?: string;
}

/** A stream in the broker's own words. */
export interface StoredStream {
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly state: Readonly<Record<string, unknown>> & {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
  };
}

/** Part of the JetStream API that nats.js has no calls for. @throws what the broker answers, as a catalogue error */
export async function askStreamApi<Answer>(
  connection: NatsConnection,
  { stream, domain }: StreamPlace,
  call: 'SNAPSHOT' | 'RESTORE',
  wanted: object,
): Promise<Answer> {
  const api = domain === undefined ? '$JS.API' : `$JS.${domain}.API`;
  const doing = `${call === 'SNAPSHOT' ? 'reading a snapshot of' : 'restoring'} the stream "${stream}"`;
  return checkAnswer<Answer>(
    await asked(connection, { subject: `${api}.STREAM.${call}.${stream}`, wanted, doing }),
    doing,
  );
}

/** @throws what the broker answers, as a catalogue error */
export function checkAnswer<Answer>(answer: Answer & { readonly error?: ApiFailure }, doing: string): Answer {
  if (answer.error !== undefined) throw apiError(answer.error, doing);
  return answer;
}

async function asked<Answer>(
  connection: NatsConnection,
  { subject, wanted, doing }: { readonly subject: string; readonly wanted: object; readonly doing: string },
): Promise<Answer & { readonly error?: ApiFailure }> {
  try {
    // The broker checks the whole stream before it answers.
    const reply = await connection.request(subject, JSON.stringify(wanted), {
      timeout: limits.backupStallMs,
    });
    return reply.json();
  } catch (error) {
    throw brokerError(error, doing);
  }
}
