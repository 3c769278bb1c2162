import { limits, quote, RollcallError, TIME_PATTERN } from '#contracts';
import { parseDuration, toTime } from '#domain';

/**
 * The time a change takes effect, in ms since the epoch.
 * @throws ROLLCALL_CONFIG_TIME_INVALID when it is no time, in the past or too far ahead
 */
export function effectiveAtIn(value: unknown, nowMs: number): number {
  if (typeof value !== 'string' || !TIME_PATTERN.test(value)) {
    throw invalid(`effectiveAt ${quote(value)} is not an RFC 3339 time such as "2026-12-24T18:00:00Z"`);
  }
  const atMs = Date.parse(value);
  if (atMs <= nowMs) throw invalid(`effectiveAt ${quote(value)} lies in the past: it is ${toTime(nowMs)}`);
  if (atMs - nowMs <= limits.scheduleMsMax) return atMs;
  const days = limits.scheduleMsMax / 86_400_000;
  throw invalid(`effectiveAt ${quote(value)} lies more than ${days} days ahead`);
}

/**
 * After how long a change is undone, in ms: a number of ms, or a duration such as `15m`.
 * @throws ROLLCALL_CONFIG_TIME_INVALID
 */
export function revertAfterIn(value: unknown): number {
  const ms = typeof value === 'string' ? parseDuration(value) : value;
  const { scheduleMsMin, scheduleMsMax } = limits;
  if (typeof ms === 'number' && Number.isSafeInteger(ms) && ms >= scheduleMsMin && ms <= scheduleMsMax)
    return ms;
  throw invalid(
    `revertAfter ${quote(value)} is neither a number of ms from ${scheduleMsMin} to ${scheduleMsMax} nor a duration such as "15m"`,
  );
}

function invalid(what: string): RollcallError {
  return new RollcallError('ROLLCALL_CONFIG_TIME_INVALID', what);
}
