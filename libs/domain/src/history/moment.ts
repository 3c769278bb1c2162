import { quote, RollcallError } from '#contracts';

/** A moment in the journal: a sequence, or a broker time. */
export type Moment = { readonly sequence: number } | { readonly time: Date };

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `15s`, `10m`, `2h`, `1d` in ms; undefined when it is none of them. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return count === undefined || unit === undefined
    ? undefined
    : Math.round(Number(count) * (unitMs[unit] as number));
}

/** RFC 3339, and what people leave out of it: the time of day, the seconds, the zone. */
const TIME_PATTERN = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * `1200` a sequence, `2026-11-22T15:00:00Z` a time, `-15m` a time before now.
 * @throws ROLLCALL_SEQUENCE_INVALID
 */
export function parseMoment(text: string, nowMs: number): Moment {
  if (/^\d{1,16}$/.test(text)) {
    const sequence = Number(text);
    if (Number.isSafeInteger(sequence)) return { sequence };
  }
  const agoMs = text.startsWith('-') ? parseDuration(text.slice(1)) : undefined;
  if (agoMs !== undefined) return { time: new Date(nowMs - agoMs) };
  const time = TIME_PATTERN.test(text) ? new Date(text) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return { time };
  throw new RollcallError('ROLLCALL_SEQUENCE_INVALID', `${quote(text)} is no place in the journal`);
}
