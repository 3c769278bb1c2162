import { readFile } from 'node:fs/promises';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
  type NatsConnection,
} from '@nats-io/transport-node';
import { limits } from '#contracts';
import { brokerError } from './broker-error.js';

/** How to reach and enter a broker. One of token, user/password, creds, nkey, or none of them. */
export interface BrokerAccess {
  /** `nats://host:port`, several separated by commas. */
  readonly url: string;
  /** Shown in the server's connection lists and in disconnect advisories. */
  readonly name?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Path of a credentials file (JWT and seed). */
  readonly credsFile?: string;
  /** NKey seed. */
  readonly nkeySeed?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** Replies arrive below this prefix, so that permissions can keep clients apart. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Give up the first connect after this time; 0 tries for ever. Later disconnects always reconnect. */
  readonly connectTimeoutMs?: number;
}

/**
 * Everything a connection is made with, as plain data: it can be handed to a worker thread, which then opens a
 * connection of its own.
 */
export interface ConnectionRecipe {
  readonly options: Omit<ConnectionOptions, 'authenticator'>;
  /** Content of a credentials file. */
  readonly creds?: string;
  readonly nkeySeed?: string;
}

/**
 * Connects, and keeps reconnecting for ever: 100 ms apart, because leases are renewed by this connection.
 * @throws ROLLCALL_BROKER_UNREACHABLE, ROLLCALL_BROKER_REFUSED_LOGIN
 */
export async function connectBroker(access: BrokerAccess): Promise<NatsConnection> {
  try {
    const { options, creds, nkeySeed } = await connectionRecipe(access);
    const encoder = new TextEncoder();
    return await connect({
      ...options,
      ...(creds !== undefined && { authenticator: credsAuthenticator(encoder.encode(creds)) }),
      ...(nkeySeed !== undefined && { authenticator: nkeyAuthenticator(encoder.encode(nkeySeed)) }),
    });
  } catch (error) {
    throw brokerError(error, `connecting to ${access.url}`);
  }
}

export async function connectionRecipe(access: BrokerAccess): Promise<ConnectionRecipe> {
  const options: ConnectionOptions = {
    servers: access.url.split(',').map((server) => server.trim()),
    maxReconnectAttempts: -1,
    reconnectTimeWait: limits.reconnectWaitMs,
    reconnectJitter: limits.reconnectWaitMs / 2,
    reconnectJitterTLS: limits.reconnectWaitMs / 2,
    // Found within 4 s when the other side vanished without a word.
    pingInterval: 2_000,
    maxPingOut: 2,
    timeout: access.connectTimeoutMs === 0 ? 2_000 : (access.connectTimeoutMs ?? 5_000),
    waitOnFirstConnect: access.connectTimeoutMs === 0,
    ...(access.name === undefined ? {} : { name: access.name }),
    ...(access.inboxPrefix === undefined ? {} : { inboxPrefix: access.inboxPrefix }),
  };
  if (access.user !== undefined) Object.assign(options, { user: access.user, pass: access.password ?? '' });
  if (access.token !== undefined) options.token = access.token;
  if (access.tls !== undefined) options.tls = access.tls;
  return {
    options,
    ...(access.credsFile === undefined ? {} : { creds: await readFile(access.credsFile, 'utf8') }),
    ...(access.nkeySeed === undefined ? {} : { nkeySeed: access.nkeySeed }),
  };
}
