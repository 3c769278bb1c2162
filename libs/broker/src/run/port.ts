import { connect, createServer } from 'node:net';
import { RollcallError } from '#contracts';
import { inspectServer } from '../server/server-info.js';

/**
 * @throws ROLLCALL_BROKER_PORT_TAKEN saying who listens there: another nats-server could be joined,
 *   anything else has to make room.
 */
export async function ensurePortFree(port: number): Promise<void> {
  if (port === -1 || (await canListen(port))) return;
  const url = `nats://127.0.0.1:${port}`;
  const who = await inspectServer(url, 1_000).then(
    (info) => `nats-server ${info.version} (name "${info.name}"), which we did not start`,
    () => 'a program that is not a nats-server',
  );
  throw new RollcallError('ROLLCALL_BROKER_PORT_TAKEN', `port ${port} of 127.0.0.1 is taken by ${who}`, {
    action: `Stop it, set ROLLCALL_NATS_PORT to another port, or join a NATS server with NATS_URL=${url}.`,
    details: { port },
  });
}

/**
 * Both are asked: a listener on all interfaces may leave room for a second one on 127.0.0.1, and clients
 * would reach either.
 */
async function canListen(port: number): Promise<boolean> {
  return (await bindsHere(port)) && !(await answersHere(port));
}

function bindsHere(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function answersHere(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
