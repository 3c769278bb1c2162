import { RollcallError } from '#contracts';

/** Arguments that cannot be used. */
export function usage(what: string, action?: string): RollcallError {
  return new RollcallError('ROLLCALL_USAGE', what, action === undefined ? {} : { action });
}
