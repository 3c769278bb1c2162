/** How many repeated attempts a caller may still make, as of `atMs`. */
export interface RetryBudget {
  readonly tokens: number;
  readonly atMs: number;
}

/** So many repetitions a second are always allowed, so that a caller with few calls can repeat one at all. */
const RESERVE_PER_SECOND = 5;
const TOKENS_MAX = 100;

export const fullBudget = (nowMs: number): RetryBudget => ({ tokens: TOKENS_MAX / 2, atMs: nowMs });

/** Each call pays a share of a repetition in: with 20 percent, five calls earn one. */
export function earn(budget: RetryBudget, percent: number, nowMs: number): RetryBudget {
  const reserve = ((nowMs - budget.atMs) / 1_000) * RESERVE_PER_SECOND;
  return { tokens: Math.min(TOKENS_MAX, budget.tokens + reserve + percent / 100), atMs: nowMs };
}

/**
 * The budget after one more repetition, or undefined when it is used up: when everything fails, repeating everything
 * is what finishes a service off.
 *
 * Sources: the RetryBudget of Twitter's Finagle; "Handling Overload" in B. Beyer et al., "Site Reliability
 * Engineering" (2016), which allows a client one repetition in ten calls.
 */
export function spend(budget: RetryBudget): RetryBudget | undefined {
  return budget.tokens < 1 ? undefined : { ...budget, tokens: budget.tokens - 1 };
}
