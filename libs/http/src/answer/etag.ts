import type { ServiceSum } from '#contracts';

/**
 * The tag of whatever is answered about a service or a namespace: weak, because two answers of one tag may differ in
 * the order of their bytes but not in what they say. Every node gives the same for the same state.
 */
export function etagOf([count, checksum]: ServiceSum): string {
  return `W/"${count}-${checksum.toString(36)}"`;
}

/** Whether a client that sent `If-None-Match` has this already (RFC 9110, 13.1.2). */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = etag.replace(/^W\//, '');
  return ifNoneMatch
    .split(',')
    .map((candidate) => candidate.trim())
    .some((candidate) => candidate === '*' || candidate.replace(/^W\//, '') === opaque);
}
