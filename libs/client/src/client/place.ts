import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { createStreamNames, createSubjects, limits, type StreamNames, type Subjects } from '#contracts';
import { type JournalPlace, JournalWriter } from '#nats';

/** One registry, reached over one connection. */
export interface ClientPlace extends JournalPlace {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly namespace: string;
  readonly manager: JetStreamManager;
  readonly writer: JournalWriter;
}

export async function openPlace(
  connection: NatsConnection,
  options: { readonly namespace: string; readonly prefix?: string; readonly domain?: string },
): Promise<ClientPlace> {
  const domain = options.domain === undefined ? {} : { domain: options.domain };
  const place: JournalPlace = {
    connection,
    subjects: createSubjects(options.prefix),
    streams: createStreamNames(options.prefix),
    ...domain,
  };
  return {
    ...place,
    namespace: options.namespace,
    manager: await jetstreamManager(connection, {
      checkAPI: false,
      timeout: limits.publishTimeoutMs,
      ...domain,
    }),
    writer: new JournalWriter(place),
  };
}
