import type { ProtectionPolicy } from '#contracts';

/** In force where a service has no policy of its own. */
export const defaultProtection: ProtectionPolicy = { sharePercent: 50, minimumCount: 3, maxMs: 120_000 };

/** How many instances of a service there are, and how many of them would go at once. */
export interface Headcount {
  /** Instances in the view, suspects included, and those that expired a moment ago. */
  readonly presentCount: number;
  /** Suspects, and those that expired a moment ago. */
  readonly goingCount: number;
}

/**
 * Whether so many going at once is rather a fault of the network or of our sight than their death.
 * Never for a single instance: `minimumCount` is at least 2.
 */
export function isMassExpiry({ presentCount, goingCount }: Headcount, policy: ProtectionPolicy): boolean {
  return goingCount >= policy.minimumCount && goingCount * 100 > presentCount * policy.sharePercent;
}

/** A service under protection. */
export interface ProtectedCount {
  /** In the view, suspects included. */
  readonly standingCount: number;
  readonly suspectCount: number;
  /** Whom callers may be sent to besides the suspects. */
  readonly otherRoutableCount: number;
}

/**
 * How many may expire in this step, once protection has lasted its longest time: a tenth of what stands, at least
 * one, and never the last one callers could be sent to.
 */
export function expiryStep({ standingCount, suspectCount, otherRoutableCount }: ProtectedCount): number {
  const step = Math.max(1, Math.floor(standingCount / 10));
  const allowed = otherRoutableCount > 0 ? suspectCount : suspectCount - 1;
  return Math.max(0, Math.min(step, allowed));
}

/** Without a sign of life from anybody protection lasts so many times longer: more likely we are deaf than all dead. */
const UNWITNESSED_FACTOR = 5;

/**
 * Whether a suspect has been protected for long enough. Each counts its own time: one that is suspected late in a
 * storm is as protected as those before it.
 * @param heldSinceMs the latest of: protection engaged, suspicion raised, unbroken sight
 * @param isWitnessed whether anybody who is not suspected beats
 */
export function isProtectionSpent(
  policy: ProtectionPolicy,
  heldSinceMs: number,
  isWitnessed: boolean,
  nowMs: number,
): boolean {
  return nowMs - heldSinceMs >= policy.maxMs * (isWitnessed ? 1 : UNWITNESSED_FACTOR);
}
