import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { limits } from '#contracts';
import type { Respond } from './listener.js';
import { TcpSession } from './tcp-session.js';

/** Answers on a TCP port until it is closed; at most so many connections at once, further ones are closed. */
export class TcpListener {
  readonly #server: Server;
  readonly #sessions = new Set<TcpSession>();

  private constructor(server: Server, respond: Respond) {
    this.#server = server;
    server.maxConnections = limits.dnsTcpConnectionsMax;
    server.on('connection', (socket) => this.#onConnection(socket, respond));
  }

  static async open(host: string, port: number, respond: Respond): Promise<TcpListener> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', () => undefined);
    return new TcpListener(server, respond);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connectionCount(): number {
    return this.#sessions.size;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const session of this.#sessions) session.end();
    });
  }

  #onConnection(socket: Socket, respond: Respond): void {
    const session = new TcpSession(socket, respond, () => this.#sessions.delete(session));
    this.#sessions.add(session);
  }
}
