import { chanceOf } from './hashing.js';

/** A member as the hash sees it: who it is (hashed), and its weight. */
export interface HashedMember {
  readonly hash: number;
  readonly weight: number;
}

/**
 * The member a key belongs to: always the same one while it is there, for all callers alike. When a member goes, only
 * its keys move; when one comes, or gains weight, keys move to it and nowhere else. Shares follow the weights.
 *
 * Sources: D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM ToN 6 (1998);
 * the score -w / ln(u) for weights: J. Resch, "New Hashing Algorithms for Data Storage", SNIA SDC 2015.
 */
export function rendezvous(members: readonly HashedMember[], keyHash: number): number {
  let best = 0;
  let bestScore = -Infinity;
  for (let index = 0; index < members.length; index += 1) {
    const { hash, weight } = members[index] as HashedMember;
    const score = weight / -Math.log(chanceOf(hash, keyHash));
    if (score > bestScore) {
      best = index;
      bestScore = score;
    }
  }
  return best;
}
