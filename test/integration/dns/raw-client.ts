import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';

/** Sends one datagram and waits for an answer; undefined when none comes in time. */
export async function askUdp(port: number, message: Buffer, waitMs = 2_000): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(undefined), waitMs);
      socket.once('message', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.send(message, port, '127.0.0.1', (error) => (error === null ? undefined : reject(error)));
    });
  } finally {
    socket.close();
  }
}

/** A message behind its length, as TCP carries it. */
export function framed(message: Buffer): Buffer {
  const bytes = Buffer.alloc(message.length + 2);
  bytes.writeUInt16BE(message.length);
  message.copy(bytes, 2);
  return bytes;
}

/** A TCP connection that collects the messages that come back. */
export class TcpClient {
  readonly messages: Buffer[] = [];
  readonly closed: Promise<void>;
  #pending = Buffer.alloc(0);
  #onMessage: () => void = () => undefined;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(port: number): Promise<TcpClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new TcpClient(socket);
  }

  /** Resolves when so many messages have come, or the connection is closed. */
  async received(count: number): Promise<void> {
    while (this.messages.length < count) {
      const more = new Promise<'more'>((resolve) => (this.#onMessage = () => resolve('more')));
      if ((await Promise.race([more, this.closed])) !== 'more') return;
    }
  }

  #onData(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 2) {
      const length = this.#pending.readUInt16BE(0);
      if (this.#pending.length < length + 2) break;
      this.messages.push(this.#pending.subarray(2, length + 2));
      this.#pending = this.#pending.subarray(length + 2);
    }
    this.#onMessage();
  }
}
