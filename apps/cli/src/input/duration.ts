import { quote } from '#contracts';
import { usage } from './usage.js';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `15s`, `10m`, `2h`, `1d` in ms; undefined when it is none of them. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return count === undefined || unit === undefined
    ? undefined
    : Math.round(Number(count) * (unitMs[unit] as number));
}

/** A lease in ms: `none`, or a duration. @throws ROLLCALL_USAGE */
export function leaseOf(text: string): number {
  if (text === 'none') return 0;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usage(`lease ${quote(text)} is neither "none" nor a duration`, 'Write it like 15s or 2m.');
}

/** A duration in ms. @throws ROLLCALL_USAGE */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usage(`${quote(text)} is not a duration`, 'Write it like 15s or 2m.');
}
