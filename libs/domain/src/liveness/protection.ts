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

/**
 * How many may expire in this step, once protection has lasted its longest time: a tenth of what is present,
 * at least one, and never the last one there is.
 */
export function expiryStep(presentCount: number, suspectCount: number): number {
  const step = Math.max(1, Math.floor(presentCount / 10));
  return Math.max(0, Math.min(step, suspectCount, presentCount - 1));
}
