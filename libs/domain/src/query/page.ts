import { limits, quote, RollcallError } from '#contracts';
import { fromBase64url, toBase64url } from './base64url.js';
import { type QueryInput, textOf } from './input.js';
import { mistake } from './mistake.js';
import { isSortValue, type SortKey, sortText, type SortValue } from './sort.js';

/** Which part of an answer somebody wants. */
export interface Page {
  /** At most so many items. */
  readonly limit: number;
  /** Sort values of the last item of the page before. */
  readonly after?: readonly SortValue[];
}

/**
 * Reads `limit` and `cursor`. A cursor says behind which item the page begins, not how many came before, so
 * nothing is skipped or shown twice when instances come and go between two pages.
 * @throws ROLLCALL_FILTER_INVALID, ROLLCALL_CURSOR_INVALID
 */
export function parsePage(input: QueryInput, sort: readonly SortKey[]): Page {
  const cursor = textOf(input, 'cursor');
  const limit = limitOf(input);
  return cursor === undefined ? { limit } : { limit, after: readCursor(cursor, sort) };
}

function limitOf(input: QueryInput): number {
  if (typeof input['limit'] === 'number') return checkLimit(input['limit'], String(input['limit']));
  const text = textOf(input, 'limit');
  if (text === undefined) return limits.pageLimitDefault;
  return checkLimit(/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN, text);
}

function checkLimit(limit: number, text: string): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= limits.pageLimitMax) return limit;
  throw mistake('limit', text, 0, `a whole number from 1 to ${limits.pageLimitMax}`);
}

/** The place behind an item, as the next request hands it back. Opaque to clients. */
export function writeCursor(values: readonly SortValue[], sort: readonly SortKey[]): string {
  return toBase64url(asciiJson([sortText(sort), ...values]));
}

/** @throws ROLLCALL_CURSOR_INVALID */
function readCursor(cursor: string, sort: readonly SortKey[]): SortValue[] {
  const [order, ...values] = parseCursor(cursor);
  if (order !== sortText(sort)) {
    throw new RollcallError(
      'ROLLCALL_CURSOR_INVALID',
      `cursor ${quote(cursor)} ${typeof order === 'string' ? `belongs to the order ${quote(order)}, not ${quote(sortText(sort))}` : 'was not given out here'}`,
    );
  }
  const isOurs =
    values.length === sort.length && sort.every(({ field }, index) => isSortValue(values[index], field));
  if (!isOurs)
    throw new RollcallError('ROLLCALL_CURSOR_INVALID', `cursor ${quote(cursor)} was not given out here`);
  return values as SortValue[];
}

function parseCursor(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(fromBase64url(cursor) ?? '');
    return Array.isArray(parsed) ? (parsed as unknown[]) : [];
  } catch {
    return [];
  }
}

/** JSON in ASCII, whatever the values hold. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
