import { isRollcallError, limits } from '#contracts';
import { conflictPauseMs } from '#domain';
import { type Clock, systemClock } from '../ports/clock.js';

/** Reads again and decides again when somebody else wrote in between. */
export async function retryConflicts<T>(
  attempt: () => Promise<T>,
  clock: Clock = systemClock,
  chance: () => number = Math.random,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isLast = tries >= limits.registerConflictAttemptsMax;
      if (isLast || !isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
    }
    await new Promise<void>((resolve) => clock.after(conflictPauseMs(tries, chance()), resolve));
  }
}
