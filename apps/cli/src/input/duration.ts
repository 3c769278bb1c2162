import { quote } from '#contracts';
import { parseDuration } from '#domain';
import { usage } from './usage.js';

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
