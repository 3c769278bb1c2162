import { isRollcallError, RollcallError } from '#contracts';
import { assertUsable, inspectServer, type ServerInfo } from '../server/server-info.js';
import type { ServerBinary } from './binary-version.js';
import { findBinary, type FindBinaryOptions } from './find-binary.js';

/**
 * Either a server somebody else runs, to be joined, or a binary to start one with. `info` is null when the server
 * does not introduce itself before TLS or WebSocket.
 */
export type FoundBroker =
  | { readonly kind: 'server'; readonly url: string; readonly info: ServerInfo | null }
  | { readonly kind: 'binary'; readonly binary: ServerBinary };

/**
 * NATS_URL first, then {@link findBinary}.
 * @throws besides its errors: ROLLCALL_BROKER_UNREACHABLE, ROLLCALL_BROKER_TOO_OLD or
 *   ROLLCALL_BROKER_NO_JETSTREAM when NATS_URL names a server that will not do.
 */
export async function findBroker(options: FindBinaryOptions = {}): Promise<FoundBroker> {
  const url = (options.env ?? process.env)['NATS_URL'];
  if (url === undefined || url === '') return { kind: 'binary', binary: await findBinary(options) };
  return { kind: 'server', url, info: await inspectAny(url) };
}

/** NATS_URL may list several servers of a cluster; the first that answers speaks for all. */
async function inspectAny(urls: string): Promise<ServerInfo | null> {
  const reasons: string[] = [];
  for (const url of urls.split(',').map((part) => part.trim())) {
    // A WebSocket address gives no INFO without an upgrade; the client finds out when it connects.
    if (/^wss?:/.test(url)) return null;
    try {
      const info = await inspectServer(url);
      assertUsable(url, info);
      return info;
    } catch (error) {
      if (!isRollcallError(error, 'ROLLCALL_BROKER_UNREACHABLE')) throw error;
      // A server set to `handshake_first` says nothing before TLS: here, too, the client finds out.
      if (error.details['isSilent'] === true) return null;
      reasons.push(error.what);
    }
  }
  throw new RollcallError('ROLLCALL_BROKER_UNREACHABLE', `NATS_URL: ${reasons.join('; ')}`);
}
