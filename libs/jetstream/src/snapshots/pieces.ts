import { createHash } from 'node:crypto';
import { limits } from '#contracts';
import type { ViewEntry } from '#domain';

/** Entries of one owner, as one message of a snapshot. */
export interface Piece {
  /** `<namespace>.<service|config>.<name>.<number>` */
  readonly name: string;
  readonly body: string;
}

/** Whose entry a view key is: a service's or an application's. */
export function ownerOf(key: string): string {
  const [namespace, kind = '', name] = key.split('.');
  return `${namespace}.${kind.startsWith('config') ? 'config' : 'service'}.${name}`;
}

/**
 * Cuts a view into pieces, each of one owner, in an order that depends on the view alone. One owner at a time becomes
 * text: all at once would be the view in memory twice more.
 */
export function* cutPieces(
  entries: ReadonlyMap<string, ViewEntry>,
  bytesMax: number = limits.snapshotPartBytes,
): Generator<Piece> {
  const owned = new Map<string, string[]>();
  for (const key of entries.keys()) {
    const owner = ownerOf(key);
    const held = owned.get(owner);
    if (held === undefined) owned.set(owner, [key]);
    else held.push(key);
  }
  for (const owner of [...owned.keys()].toSorted()) {
    const lines = (owned.get(owner) ?? []).toSorted().map((key) => JSON.stringify([key, entries.get(key)]));
    for (const [index, body] of pack(lines, bytesMax).entries()) yield { name: `${owner}.${index}`, body };
  }
}

/** As many lines to a body as fit; a line that is larger stands alone. */
export function pack(lines: readonly string[], bytesMax: number): string[] {
  const bodies: string[] = [];
  let body = '';
  for (const line of lines) {
    if (body !== '' && body.length + line.length >= bytesMax) {
      bodies.push(body);
      body = '';
    }
    body += body === '' ? line : `\n${line}`;
  }
  return body === '' ? bodies : [...bodies, body];
}

export function readPiece(body: string): [key: string, entry: ViewEntry][] {
  return body.split('\n').map((line) => JSON.parse(line) as [string, ViewEntry]);
}

export function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
