import { createHash, timingSafeEqual } from 'node:crypto';
import { RollcallError } from '#contracts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Writes need the token, when one is set.
 * @throws ROLLCALL_TOKEN_REQUIRED
 */
export function checkToken(
  method: string,
  authorization: string | undefined,
  token: string | undefined,
): void {
  if (token === undefined || reading.has(method)) return;
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (given !== undefined && isSame(given, token)) return;
  const what =
    authorization === undefined ? 'this write carries no token' : 'this write carries a wrong token';
  throw new RollcallError('ROLLCALL_TOKEN_REQUIRED', what);
}

/** Compares digests, so that the time taken tells neither a common beginning nor the length. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
