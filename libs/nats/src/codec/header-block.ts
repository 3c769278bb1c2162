import type { JsMsg } from '@nats-io/jetstream';
import { lenientText } from './text.js';

/** Where nats.js keeps the undecoded message: bytes, and how many of them are headers (-1: none). */
interface Undecoded {
  readonly msg?: { readonly _rdata?: Uint8Array; readonly _msg?: { readonly hdr?: number } };
}

/**
 * The header block of a message as text. Decoding headers costs nats.js 3.4 more than parsing the body, because
 * each header it appends searches all headers before it; a replay reads a few by name and needs no map. The
 * fields read here are not part of its public interface, so the public one is the fallback.
 */
export function headerBlock(message: JsMsg): string {
  const { msg } = message as unknown as Undecoded;
  const length = msg?._msg?.hdr;
  if (msg?._rdata instanceof Uint8Array && typeof length === 'number') {
    if (length <= 0) return '';
    return lenientText(msg._rdata.subarray(0, length));
  }
  let block = '';
  for (const [name, values] of message.headers ?? [])
    for (const value of values) block += `\r\n${name}: ${value}`;
  return `${block}\r\n`;
}

/** The header block of a message as it is stored, to the byte; empty when there are no headers. */
export function headerBytes(message: JsMsg): Uint8Array {
  const { msg } = message as unknown as Undecoded;
  const length = msg?._msg?.hdr;
  if (msg?._rdata instanceof Uint8Array && typeof length === 'number') {
    return length <= 0 ? new Uint8Array() : msg._rdata.subarray(0, length);
  }
  const block = headerBlock(message);
  return Buffer.from(block === '\r\n' ? '' : `NATS/1.0${block}\r\n`);
}

/** Value of the first header of a name, case as written; undefined when it is absent or empty. */
export function headerIn(block: string, name: string): string | undefined {
  const start = block.indexOf(`\r\n${name}:`);
  if (start === -1) return undefined;
  const valueStart = start + name.length + 3;
  const value = block.slice(valueStart, block.indexOf('\r\n', valueStart)).trim();
  return value === '' ? undefined : value;
}
