import { MsgHdrsImpl } from '@nats-io/nats-core';

/**
 * Headers that are only written: each name once, as it is. `set()` of nats.js 3.4 spells a name letter by letter and
 * looks through all that are there three times; with a dozen headers that cost more than the body of the message.
 */
export class OutgoingHeaders extends MsgHdrsImpl {
  /** @param from names and values to begin with; undefined ones are left out */
  constructor(from: Iterable<readonly [name: string, value: string | undefined]> = []) {
    super();
    for (const [name, value] of from) if (value !== undefined) this.put(name, value);
  }

  put(name: string, value: string): this {
    this.headers.set(name, [headerSafe(value)]);
    return this;
  }

  /** From the pool of small buffers: one of its own for each message is what the garbage collector then looks for. */
  override encode(): Uint8Array {
    return Buffer.from(this.toString());
  }
}

const UNSAFE = /[\r\n\0]/;

/** Header values are one line of text; a reason with line breaks must not become a second header. */
function headerSafe(value: string): string {
  return (UNSAFE.test(value) ? value.replaceAll(/[\r\n\0]+/g, ' ') : value).trim();
}
