import { quote, RollcallError } from '#contracts';
import { parseDuration } from './duration.js';

/** A place in the journal: a sequence, or a broker time. */
export type JournalPlaceInput = { readonly sequence: number } | { readonly time: Date };

const TIME_PATTERN = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * `1200` a sequence, `2026-11-22T15:00:00Z` a time, `-15m` a time before now.
 * @throws ROLLCALL_SEQUENCE_INVALID
 */
export function placeOf(text: string, nowMs: number): JournalPlaceInput {
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

/** @throws ROLLCALL_SEQUENCE_INVALID */
export function sequenceOf(text: string): number {
  const sequence = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new RollcallError('ROLLCALL_SEQUENCE_INVALID', `${quote(text)} is not a sequence`, {
    action: 'Give a positive whole number; "rollcall quarantine list" shows them.',
  });
}
