import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Operation codes of ZooKeeper's protocol (ZooDefs.OpCode). */
export const op = { create: 1, getData: 4, ping: 11, getChildren: 8, multi: 14, addWatch: 106 } as const;

const WATCH_EVENT_XID = -1;
const SESSION_MS = 30_000;
const OPEN_MS_MAX = 2_000;

/** The words of Jute, ZooKeeper's own encoding: integers are big-endian, strings and buffers carry their length. */
export const jute = {
  int: (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  },
  bool: (value: boolean): Buffer => Buffer.from([value ? 1 : 0]),
  text: (value: string): Buffer => {
    const bytes = Buffer.from(value);
    return Buffer.concat([jute.int(bytes.length), bytes]);
  },
};

/** The body of a request that creates a node anybody may touch. */
export function createBody(path: string, value: string): Buffer {
  const acl = [jute.int(1), jute.int(31), jute.text('world'), jute.text('anyone')];
  return Buffer.concat([jute.text(path), jute.text(value), ...acl, jute.int(0)]);
}

/** One session with a ZooKeeper server: requests are answered in their order. */
export class ZooKeeperSession {
  readonly #socket: Socket;
  readonly #waiting: { resolve: (body: Buffer) => void; reject: (error: Error) => void }[] = [];
  readonly #onEvent: (path: string) => void;
  readonly #pings: NodeJS.Timeout;
  #unread: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #nextXid = 1;

  private constructor(socket: Socket, onEvent: (path: string) => void) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('ZooKeeper closed the connection'));
    });
    this.#pings = setInterval(() => {
      void this.request(op.ping, Buffer.alloc(0)).catch(() => undefined);
    }, SESSION_MS / 3).unref();
  }

  static async open(port: number, onEvent: (path: string) => void = () => undefined) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const session = new ZooKeeperSession(socket, onEvent);
    const hello = Buffer.alloc(4 + 8 + 4 + 8);
    hello.writeInt32BE(SESSION_MS, 12);
    const answered = new Promise<Buffer>((resolve, reject) => session.#waiting.push({ resolve, reject }));
    session.#write([hello, jute.int(16), Buffer.alloc(16)]);
    // A server that is just starting may take the connection and never answer on it.
    const tooLong = setTimeout(() => session.close(), OPEN_MS_MAX);
    await answered.finally(() => clearTimeout(tooLong));
    return session;
  }

  /** Resolves with the body of the answer. @throws when the server answers with an error code */
  request(code: number, body: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#write([jute.int(this.#nextXid++), jute.int(code), body]);
    });
  }

  close(): void {
    clearInterval(this.#pings);
    this.#socket.destroy();
  }

  #write(parts: readonly Buffer[]): void {
    const frame = Buffer.concat(parts);
    this.#socket.write(Buffer.concat([jute.int(frame.length), frame]));
  }

  #onData(chunk: Buffer): void {
    let bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const length = bytes.readInt32BE(0);
      this.#onFrame(bytes.subarray(4, 4 + length));
      bytes = bytes.subarray(4 + length);
    }
    this.#unread = bytes;
  }

  #onFrame(frame: Buffer): void {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#waiting.shift()?.resolve(frame);
      return;
    }
    const body = frame.subarray(16);
    if (frame.readInt32BE(0) === WATCH_EVENT_XID) {
      const length = body.readInt32BE(8);
      this.#onEvent(body.toString('utf8', 12, 12 + length));
      return;
    }
    const code = frame.readInt32BE(12);
    const waiting = this.#waiting.shift();
    if (code === 0) waiting?.resolve(body);
    else waiting?.reject(new Error(`ZooKeeper answered with error ${code}`));
  }
}
