import type { NatsConnection } from '@nats-io/nats-core';
import { type BrokerAccess, connectBroker } from '#nats';

/** A connection, and what to do when it is no longer needed. */
export interface Line {
  readonly connection: NatsConnection;
  close(): Promise<void>;
}

/** Connects, unless an open connection was given: that stays its owner's. */
export async function openLine(access: BrokerAccess | NatsConnection, name: string): Promise<Line> {
  if ('publish' in access) {
    return { connection: access, close: () => access.flush().catch(() => undefined) };
  }
  const connection = await connectBroker({ name, ...access });
  // drain() would wait for subscriptions of pulls that are closed already; what was published must still go out.
  const close = async (): Promise<void> => {
    await connection.flush().catch(() => undefined);
    await connection.close();
  };
  return { connection, close };
}
