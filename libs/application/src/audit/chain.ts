import { createHash } from 'node:crypto';
import type { StoredEvent } from '../ports/audit.js';

/** What stands before the first event. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * Hash of an event in the chain: SHA-256 over the hash before it (64 hexadecimal digits), a line feed, the line
 * `<sequence> <store time in ns> <bytes of the headers> <bytes of the body>`, the subject in a line, then the header
 * block and the body as stored. Lengths stand in front, so that no byte can pass from one part to the next.
 */
export function chainHash(previous: string, event: StoredEvent): string {
  const { sequence, timeNs, subject, headers, body } = event;
  return createHash('sha256')
    .update(`${previous}\n${sequence} ${timeNs} ${headers.length} ${body.length}\n${subject}\n`)
    .update(headers)
    .update(body)
    .digest('hex');
}
