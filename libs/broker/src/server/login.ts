import { connect } from 'node:net';
import type { BrokerLogin } from '../run/credentials.js';
import { hostAndPort, readLine } from './server-info.js';

/**
 * Whether a server accepts these credentials. It proves that a server is the one that was started with them;
 * any other answer, and none, is a no.
 */
export async function acceptsLogin(url: string, login: BrokerLogin, timeoutMs = 3_000): Promise<boolean> {
  const socket = connect({ ...hostAndPort(url), noDelay: true });
  try {
    await readLine(socket, timeoutMs);
    const options = {
      user: login.user,
      pass: login.password,
      verbose: false,
      pedantic: false,
      lang: 'node',
      version: '1',
    };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
    return (await readLine(socket, timeoutMs)) === 'PONG';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
