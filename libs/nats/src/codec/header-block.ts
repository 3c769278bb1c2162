import type { JsMsg } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/nats-core';
import { lenientText } from './text.js';

/** Where nats.js keeps the undecoded message: bytes, and how many of them are headers (-1: none). */
interface Undecoded {
  readonly _rdata?: Uint8Array;
  readonly _msg?: { readonly hdr?: number };
}

/** What JetStream delivers wraps a message. */
function undecoded(message: Msg | JsMsg): Undecoded {
  return (message as { readonly msg?: Undecoded }).msg ?? (message as unknown as Undecoded);
}

/**
 * The header block of a message as text. Decoding headers costs nats.js 3.4 more than parsing the body, because
 * each header it appends searches all headers before it; a replay reads a few by name and needs no map. The
 * fields read here are not part of its public interface, so the public one is the fallback.
 */
export function headerBlock(message: Msg | JsMsg): string {
  const { _rdata: bytes, _msg } = undecoded(message);
  const length = _msg?.hdr;
  if (bytes instanceof Uint8Array && typeof length === 'number') {
    return length <= 0 ? '' : lenientText(bytes.subarray(0, length));
  }
  let block = '';
  for (const [name, values] of message.headers ?? [])
    for (const value of values) block += `\r\n${name}: ${value}`;
  return `${block}\r\n`;
}

/** The header block of a message as it is stored, to the byte; empty when there are no headers. */
export function headerBytes(message: JsMsg): Uint8Array {
  const { _rdata: bytes, _msg } = undecoded(message);
  const length = _msg?.hdr;
  if (bytes instanceof Uint8Array && typeof length === 'number') {
    return length <= 0 ? new Uint8Array() : bytes.subarray(0, length);
  }
  const block = headerBlock(message);
  return Buffer.from(block === '\r\n' ? '' : `NATS/1.0${block}\r\n`);
}

const [COLON, NEWLINE, RETURN] = [0x3a, 0x0a, 0x0d];

/**
 * Value of the first header of a name, case as written; undefined when it is absent or empty. Part of the block: who
 * keeps it keeps the block, unless it is copied.
 */
export function headerIn(block: string, name: string): string | undefined {
  // Building `\r\n${name}:` to look for would cost more than looking twice where a value says the name.
  let start = block.indexOf(name);
  while (start !== -1 && !isName(block, start, name.length)) start = block.indexOf(name, start + 1);
  if (start === -1) return undefined;
  const valueStart = start + name.length + 1;
  const value = block.slice(valueStart, block.indexOf('\r\n', valueStart)).trim();
  return value === '' ? undefined : value;
}

/** A newline alone ends no header: a value that has one must not pose as the next header. */
function isName(block: string, start: number, length: number): boolean {
  return (
    block.charCodeAt(start - 1) === NEWLINE &&
    block.charCodeAt(start - 2) === RETURN &&
    block.charCodeAt(start + length) === COLON
  );
}
