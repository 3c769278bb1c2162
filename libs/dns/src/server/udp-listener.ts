import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Respond } from './listener.js';

/** Answers on a UDP port until it is closed. */
export class UdpListener {
  readonly #socket: Socket;
  readonly #respond: Respond;

  private constructor(socket: Socket, respond: Respond) {
    this.#socket = socket;
    this.#respond = respond;
    socket.on('message', (message, from) => this.#onMessage(message, from));
  }

  static async open(host: string, port: number, respond: Respond): Promise<UdpListener> {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: 1024 * 1024 });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    // An unreachable client is its own loss.
    socket.on('error', () => undefined);
    return new UdpListener(socket, respond);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #onMessage(message: Buffer, from: RemoteInfo): void {
    const bytes = this.#respond(message, 'udp');
    // Nobody can listen on port 0; sending there would throw.
    if (bytes !== undefined && from.port > 0)
      this.#socket.send(bytes, from.port, from.address, () => undefined);
  }
}
