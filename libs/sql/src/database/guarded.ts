import { errorText, isRollcallError, RollcallError } from '#contracts';

/** Whatever a driver throws, as a catalogue error. @throws ROLLCALL_SQL_UNAVAILABLE, and ours as they are */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRollcallError(error)) throw error;
    throw new RollcallError('ROLLCALL_SQL_UNAVAILABLE', `the database refuses: ${errorText(error)}`, {
      cause: error,
    });
  }
}
