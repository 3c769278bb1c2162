const FIRST_PAUSE_MS = 10;
const PAUSE_MS_MAX = 320;

/**
 * How long somebody waits who lost a compare-and-set, before reading and deciding again: exponential backoff with full
 * jitter (Brooker, AWS Architecture Blog 2015), so that those who lost together do not meet again, and so that a
 * replica that lags behind can catch up.
 * @param tries how many attempts have failed, from 1
 * @param chance a number from 0 up to 1
 */
export function conflictPauseMs(tries: number, chance: number): number {
  return chance * Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (tries - 1));
}
