import { heartbeatTtlMs } from '#contracts';
import { graceMs, type LeaseTimes } from '../lease/lease.js';

/** What a watchman knows of a suspected instance. All times are broker time, ms. */
export interface SuspectFacts {
  readonly times: LeaseTimes;
  /** Time of the `suspected` event. */
  readonly suspectedAtMs: number;
  /** Time of the last beat that counts, or undefined. */
  readonly lastBeatAtMs: number | undefined;
  /** Since when this watchman has seen everything without a gap. */
  readonly sightSinceMs: number;
  readonly nowMs: number;
}

export type SuspectStep = 'clear' | 'wait' | 'expire';

/** Nobody is expired sooner after the suspicion, however long the last beat is gone. */
const SUSPICION_MS_MIN = 1_000;

/**
 * What is due for a suspect. A beat after the suspicion clears it. Otherwise it is due to expire when the grace
 * has run since the suspicion, or the lease since the last beat, whichever is over first: a suspicion that comes
 * late prolongs no life. And the watchman has to have seen enough to have noticed a sign of life: a suspect must
 * not die of its judge's blindness.
 */
export function suspectStep(facts: SuspectFacts): SuspectStep {
  const { times, suspectedAtMs, lastBeatAtMs, nowMs } = facts;
  if (lastBeatAtMs !== undefined && lastBeatAtMs > suspectedAtMs) return 'clear';
  const isOver = nowMs >= expiryDueMs({ times, suspectedAtMs, lastBeatAtMs });
  return isOver && !isQuiet(facts) ? 'expire' : 'wait';
}

/** When a suspect without a further sign of life is due to expire, in broker time. */
export function expiryDueMs({
  times,
  suspectedAtMs,
  lastBeatAtMs,
}: Pick<SuspectFacts, 'times' | 'suspectedAtMs' | 'lastBeatAtMs'>): number {
  const graceOverMs = suspectedAtMs + graceMs(times);
  if (lastBeatAtMs === undefined) return graceOverMs;
  return Math.min(graceOverMs, Math.max(lastBeatAtMs + times.leaseMs, suspectedAtMs + SUSPICION_MS_MIN));
}

/** After a gap in what the watchman sees, an instance gets the time of one heartbeat to show itself. */
export function isQuiet({
  times,
  sightSinceMs,
  nowMs,
}: Pick<SuspectFacts, 'times' | 'sightSinceMs' | 'nowMs'>): boolean {
  return nowMs - sightSinceMs < heartbeatTtlMs(times.heartbeatMs) + 1_000;
}
