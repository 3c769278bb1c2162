import { hashText } from '../hash-text.js';

/** Steps of a share: a percentage may have three decimals. */
const STEPS = 100_000;

/**
 * Whether an instance is among the share of a gray release. Each instance has a place between 0 and 100 that depends
 * on the application, the key and its own id and on nothing else, like a score of rendezvous hashing (Thaler and
 * Ravishankar, IEEE/ACM ToN 6, 1998): widening keeps everybody who is in, whoever comes or goes.
 * @param percent 0 for nobody, 100 for everybody
 */
export function isInShare(application: string, key: string, instance: string, percent: number): boolean {
  const place = hashText(`${application}/${key}/${instance}`) % STEPS;
  return place < (percent / 100) * STEPS;
}
