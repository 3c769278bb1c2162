import { connect, type Socket } from 'node:net';
import { errorText, RollcallError } from '#contracts';
import { isNewEnough, MINIMUM_SERVER_VERSION } from '../version.js';

/** What a nats-server says of itself before anybody logs in. */
export interface ServerInfo {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly jetstream: boolean;
  readonly authRequired: boolean;
  readonly tlsRequired: boolean;
  readonly domain?: string;
}

interface InfoLine {
  server_id?: string;
  server_name?: string;
  version?: string;
  jetstream?: boolean;
  auth_required?: boolean;
  tls_required?: boolean;
  domain?: string;
}

const DEFAULT_PORT = 4222;
/** INFO carries a few hundred bytes, more in a large cluster. */
const MAX_INFO_BYTES = 64 * 1024;

/** `nats://user@host:4222`, `host:4222` or `host` -> host and port. */
export function hostAndPort(url: string): { host: string; port: number } {
  const text = url.includes('://') ? url.replace(/^[a-z+]+:/, 'http:') : `http://${url}`;
  let parsed: URL;
  try {
    parsed = new URL(text);
  } catch (error) {
    throw new RollcallError(
      'ROLLCALL_SETTINGS_INVALID',
      `"${url}" is not a server address, like nats://127.0.0.1:4222`,
      {
        cause: error,
      },
    );
  }
  // `http:` swallows its own default port when it is written out.
  const port = parsed.port === '' && /:80(\/|$)/.test(text) ? 80 : Number(parsed.port || DEFAULT_PORT);
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port };
}

/**
 * Reads the INFO line a nats-server sends to whoever connects. Nothing is sent and nobody logs in.
 * @throws ROLLCALL_BROKER_UNREACHABLE when nobody answers in time or what answers is no nats-server.
 */
export async function inspectServer(url: string, timeoutMs = 3_000): Promise<ServerInfo> {
  const socket = connect({ ...hostAndPort(url), noDelay: true });
  try {
    return parseInfo(url, await readLine(socket, timeoutMs));
  } catch (error) {
    if (error instanceof RollcallError) throw error;
    throw new RollcallError('ROLLCALL_BROKER_UNREACHABLE', `no answer from "${url}" (${errorText(error)})`, {
      cause: error,
      details: { isSilent: error instanceof Silence },
    });
  } finally {
    socket.destroy();
  }
}

/**
 * @throws ROLLCALL_BROKER_TOO_OLD or ROLLCALL_BROKER_NO_JETSTREAM. A server with JetStream may still keep
 *   it from the account that logs in; that shows at the first request.
 */
export function assertUsable(url: string, info: ServerInfo): void {
  if (!isNewEnough(info.version)) {
    throw new RollcallError(
      'ROLLCALL_BROKER_TOO_OLD',
      `the server at "${url}" is nats-server ${info.version}, and ${MINIMUM_SERVER_VERSION} is the oldest that will do`,
    );
  }
  if (!info.jetstream)
    throw new RollcallError('ROLLCALL_BROKER_NO_JETSTREAM', `the server at "${url}" runs without JetStream`);
}

/** Connected, and nothing said: a hanging server, or one that wants TLS before it says anything. */
class Silence extends Error {}

/** The first line a socket receives, without its line end. */
export function readLine(socket: Socket, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const timer = setTimeout(() => {
      const what = `nothing within ${timeoutMs} ms`;
      reject(socket.connecting ? new Error(what) : new Silence(what));
    }, timeoutMs);
    const end = (finish: () => void) => {
      clearTimeout(timer);
      socket.removeAllListeners('data');
      finish();
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      received += chunk;
      const stop = received.indexOf('\r\n');
      if (stop !== -1) end(() => resolve(received.slice(0, stop)));
      else if (received.length > MAX_INFO_BYTES) end(() => reject(new Error('it does not speak NATS')));
    });
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => end(() => reject(new Error('it closed the connection'))));
  });
}

function parseInfo(url: string, line: string): ServerInfo {
  if (!line.startsWith('INFO {')) {
    throw new RollcallError('ROLLCALL_BROKER_UNREACHABLE', `what listens at "${url}" is not a nats-server`);
  }
  const info = JSON.parse(line.slice('INFO '.length)) as InfoLine;
  return {
    name: info.server_name ?? '',
    id: info.server_id ?? '',
    version: info.version ?? '0.0.0',
    jetstream: info.jetstream ?? false,
    authRequired: info.auth_required ?? false,
    tlsRequired: info.tls_required ?? false,
    ...(info.domain === undefined ? {} : { domain: info.domain }),
  };
}
