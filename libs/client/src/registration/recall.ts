import { eventTypes } from '#contracts';
import type { Claim, OwnClaim } from './claim.js';

const living = new Set<string>([eventTypes.instanceReinstated, eventTypes.instanceUpdated]);

/**
 * What has become of an incarnation that somebody said good-bye for, by who holds its id now: the good-bye was taken
 * back, or a newer incarnation has the id and nothing can bring this one back, or neither yet.
 */
export function recallOf(
  own: Pick<OwnClaim, 'incarnation' | 'sequence'>,
  { incarnation, sequence, last }: Pick<Claim, 'incarnation' | 'sequence' | 'last'>,
): 'back' | 'superseded' | 'gone' {
  if (incarnation > own.incarnation) return 'superseded';
  const isSaidSince = last !== undefined && last.incarnation === own.incarnation && sequence > own.sequence;
  return isSaidSince && living.has(last.type) ? 'back' : 'gone';
}
