import type { MsgHdrs } from '@nats-io/nats-core';

/**
 * Headers that are only written: each name once, as it is. A map of lists, as nats.js 3.4 has it, costs more to build, to
 * collect and to write than the body of the message. Lines are kept as they are sent, one character a byte.
 */
export class OutgoingHeaders {
  #lines: string;

  /** @param lines to begin with, each with its line break, as somebody else sent them */
  constructor(lines = '') {
    this.#lines = lines;
  }

  /** A value that is undefined is left out. */
  put(name: string, value: string | undefined): this {
    if (value !== undefined) this.#lines += `${name}: ${headerSafe(value)}\r\n`;
    return this;
  }

  /** These, and more lines behind them. */
  with(lines: string): OutgoingHeaders {
    return new OutgoingHeaders(this.#lines + lines);
  }

  encode(): Uint8Array {
    return Buffer.from(`NATS/1.0\r\n${this.#lines}\r\n`, 'latin1');
  }

  /** For nats.js, which asks headers for one thing when it sends them: their bytes. */
  get toSend(): MsgHdrs {
    return this as unknown as MsgHdrs;
  }
}

const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;

/** Header values are one line of text; a reason with line breaks must not become a second header. */
function headerSafe(value: string): string {
  if (PLAIN.test(value)) return value;
  return Buffer.from(value.replaceAll(/[\r\n\0]+/g, ' ').trim()).toString('latin1');
}
