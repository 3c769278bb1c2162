import type { NatsConnection } from '@nats-io/nats-core';

export interface ConnectionHandlers {
  /** The connection is back. What was subscribed is subscribed again; what was missed is missed. */
  readonly onReconnect?: () => void;
  readonly onDisconnect?: () => void;
  /** The server refused something asynchronously, such as a publish on a forbidden subject. */
  readonly onError?: (error: Error) => void;
}

/** Calls the handlers for as long as the connection lives. Returns a function that stops it. */
export function watchConnection(connection: NatsConnection, handlers: ConnectionHandlers): () => void {
  let watching = true;
  const events = connection.status();
  const loop = async (): Promise<void> => {
    for await (const event of events) {
      if (!watching) return;
      if (event.type === 'reconnect') handlers.onReconnect?.();
      else if (event.type === 'disconnect') handlers.onDisconnect?.();
      else if (event.type === 'error') handlers.onError?.(event.error);
    }
  };
  void loop();
  return () => {
    watching = false;
  };
}
