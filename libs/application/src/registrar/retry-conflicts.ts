import { isRollcallError, limits } from '#contracts';

/** Reads again and decides again when somebody else wrote in between. */
export async function retryConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left: number = limits.registerConflictAttemptsMax; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 1 || !isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
    }
  }
}
