import type { Socket } from 'node:net';
import { limits } from '#contracts';
import type { Respond } from './listener.js';

/** Questions of one connection answered in a row, before others get their turn. */
const TURN_MAX = 32;

/**
 * One TCP connection: messages behind their lengths, several at once if the client likes (RFC 7766). A client
 * that does not read its answers is not read from either, so nothing piles up here.
 */
export class TcpSession {
  readonly #socket: Socket;
  readonly #respond: Respond;
  readonly #deadline: NodeJS.Timeout;
  #pending: Buffer = Buffer.alloc(0);
  #isEnding = false;

  constructor(socket: Socket, respond: Respond, onClosed: () => void) {
    this.#socket = socket;
    this.#respond = respond;
    // Counted from one whole message to the next: single bytes do not keep a connection open.
    this.#deadline = setTimeout(() => this.end(), limits.dnsTcpIdleMs).unref();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#answerPending());
    socket.on('end', () => this.#onEnd());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#deadline);
      onClosed();
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  /** A client may say that it has no more questions and still wait for answers. */
  #onEnd(): void {
    this.#isEnding = true;
    this.#answerPending();
  }

  #onData(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#answerPending();
  }

  /** Answers what is there, a few at a time; reads on when all of it is answered and the client keeps up. */
  #answerPending(): void {
    for (let turn = 0; turn < TURN_MAX; turn += 1) {
      if (this.#socket.writableNeedDrain) break;
      const message = this.#takeMessage();
      if (message === undefined) {
        if (this.#isEnding) this.#socket.end();
        else this.#socket.resume();
        return;
      }
      this.#answer(message);
    }
    this.#socket.pause();
    if (!this.#socket.writableNeedDrain) setImmediate(() => this.#answerPending());
  }

  /** The next whole message, or undefined when there is none yet. */
  #takeMessage(): Buffer | undefined {
    if (this.#socket.destroyed || this.#pending.length < 2) return undefined;
    const end = this.#pending.readUInt16BE(0) + 2;
    if (end > limits.dnsQueryBytesMax + 2) this.end();
    if (this.#pending.length < end) return undefined;
    const message = this.#pending.subarray(2, end);
    this.#pending = this.#pending.subarray(end);
    return message;
  }

  #answer(message: Buffer): void {
    this.#deadline.refresh();
    const bytes = this.#respond(message, 'tcp');
    if (bytes === undefined) {
      this.end();
      return;
    }
    const framed = Buffer.allocUnsafe(bytes.length + 2);
    framed.writeUInt16BE(bytes.length);
    bytes.copy(framed, 2);
    this.#socket.write(framed);
  }
}
