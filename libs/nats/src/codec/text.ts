import { isAscii } from 'node:buffer';

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes as text. Nearly all of it is ASCII, which is copied instead of decoded. @throws when it is not valid UTF-8 */
export function utf8Text(bytes: Uint8Array): string {
  return isAscii(bytes) ? asciiText(bytes) : strictDecoder.decode(bytes);
}

/** The same for text that must not be lost when it is not valid: what cannot be read becomes U+FFFD. */
export function lenientText(bytes: Uint8Array): string {
  return isAscii(bytes) ? asciiText(bytes) : bufferOf(bytes).toString('utf8');
}

/** A copy of its own. A part of a longer text keeps all of it in memory: a name of 30 bytes a header block of 500. */
export function ownText(part: string): string {
  return Buffer.from(part).toString();
}

function asciiText(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('latin1');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
