import type { Disconnect } from '../ports/sight.js';

/** What somebody calls the connection it speaks over: a stranger's word. */
export type ConnectionWord = { readonly serverId?: unknown; readonly clientId?: unknown } | undefined;

interface Ended {
  readonly disconnect: Disconnect;
  /** Broker time at which we heard of it, ms. */
  readonly atMs: number;
}

/** So many are remembered. A beat arrives seconds after the end of its connection at most. */
const REMEMBERED_MAX = 10_000;

/**
 * Connections that have ended, and when. A server gives no name twice, so what came over one of these was sent before
 * its end, whenever it arrives: a beat takes the way over two streams, the word of the end does not.
 */
export class EndedConnections {
  readonly #ended = new Map<string, Ended>();
  readonly #toLookAt = new Map<string, Disconnect>();

  note(disconnect: Disconnect, atMs: number): void {
    const key = connectionKey(disconnect);
    if (key === undefined) return;
    this.#ended.set(key, { disconnect, atMs });
    if (this.#ended.size <= REMEMBERED_MAX) return;
    const [oldest = ''] = this.#ended.keys();
    this.#ended.delete(oldest);
    this.#toLookAt.delete(oldest);
  }

  find(connection: ConnectionWord): Ended | undefined {
    const key = connectionKey(connection);
    return key === undefined ? undefined : this.#ended.get(key);
  }

  /** Whether those who beat over it are still to be looked at. */
  lookAgain(disconnect: Disconnect, isDue: boolean): void {
    const key = connectionKey(disconnect) ?? '';
    if (isDue && this.#ended.has(key)) this.#toLookAt.set(key, disconnect);
    else this.#toLookAt.delete(key);
  }

  toLookAt(): Disconnect[] {
    return [...this.#toLookAt.values()];
  }
}

/** Anything but a server id and a number names no connection. */
export function connectionKey(connection: ConnectionWord): string | undefined {
  if (typeof connection?.serverId !== 'string' || typeof connection.clientId !== 'number') return undefined;
  return [connection.serverId, connection.clientId].join('/');
}
