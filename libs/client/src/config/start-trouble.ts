import { type ConfigRejection, quote, RollcallError } from '#contracts';
import type { LastGood } from './last-good.js';

/** Neither the registry nor a file had a config in time. */
export function configUnavailable(
  application: string,
  waitMs: number,
  trouble: Error | undefined,
): RollcallError {
  const text = `the config of ${quote(application)} did not arrive in ${waitMs} ms`;
  const why = trouble === undefined ? text : `${text}: ${trouble.message}`;
  return new RollcallError('ROLLCALL_CONFIG_UNAVAILABLE', why, { cause: trouble });
}

/** The registry did not answer in time, the values of the last good start are used. */
export function configStale(application: string, waitMs: number, { savedAt }: LastGood): RollcallError {
  const text = `config of ${quote(application)} is stale: the registry was not heard in ${waitMs} ms, so the last good values are used, of ${savedAt}`;
  return new RollcallError('ROLLCALL_CONFIG_STALE', text);
}

/** The service cannot run with what the registry says. */
export function configRefused(
  application: string,
  rejected: readonly ConfigRejection[],
  { problem, isLastGoodUsed }: { readonly problem: string; readonly isLastGoodUsed: boolean },
): RollcallError {
  const reasons = [...new Set(rejected.map(({ key, reason }) => `${key}: ${reason}`))];
  const why = reasons.length > 0 ? reasons.join('; ') : problem;
  const text = `the config of ${quote(application)} was refused: ${why}`;
  if (isLastGoodUsed) {
    return new RollcallError('ROLLCALL_CONFIG_REFUSED', `${text}; the last good values are used`);
  }
  return new RollcallError('ROLLCALL_CONFIG_REFUSED', text, { details: { rejected } });
}

/** What once was good is good no longer, the service has learned to refuse it. */
export function lastGoodRefused(application: string, cause: Error): RollcallError {
  const text = `the last good config of ${quote(application)} is good no longer: ${cause.message}`;
  return new RollcallError('ROLLCALL_CONFIG_REFUSED', text, { cause });
}
