import { quote, RollcallError } from '#contracts';

const EXCERPT_MAX = 60;

/**
 * What is wrong with one parameter of a query, and where.
 * @param at index of the character that cannot be understood; counted from 1 in what people read
 */
export function mistake(parameter: string, value: string, at: number, expected: string): RollcallError {
  const place = at >= value.length ? `at character ${at + 1}, its end` : `at character ${at + 1}`;
  return new RollcallError(
    'ROLLCALL_FILTER_INVALID',
    `${parameter} ${quote(excerpt(value, at))} cannot be read ${place}: expected ${expected}`,
    { details: { parameter, position: at + 1, expected } },
  );
}

/** The part of a long value around the mistake, so that the message shows it. */
function excerpt(value: string, at: number): string {
  if (value.length <= EXCERPT_MAX) return value;
  const start = Math.max(0, Math.min(at - EXCERPT_MAX / 2, value.length - EXCERPT_MAX));
  const end = start + EXCERPT_MAX;
  return `${start > 0 ? '...' : ''}${value.slice(start, end)}${end < value.length ? '...' : ''}`;
}
