import { errorText, RollcallError } from '#contracts';

/**
 * What a database says of a statement it cannot run, with the place.
 * @param index of the mistake in the statement, from 0; undefined when nobody knows
 */
export function mistake(
  says: string,
  error: unknown,
  statement: string,
  index: number | undefined,
): RollcallError {
  const complaint = errorText(error).replaceAll(/\s+/g, ' ');
  const what = `${says} says: ${complaint}${index === undefined ? '' : `, ${placeOf(statement, index)}`}`;
  return new RollcallError('ROLLCALL_SQL_INVALID', what, { cause: error });
}

/** "at character 8", or with its line when there are several. */
function placeOf(statement: string, index: number): string {
  const before = statement.slice(0, index).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return statement.trim().includes('\n')
    ? `at line ${before.length}, character ${column}`
    : `at character ${column}`;
}

const SYNTAX = /^near "([\s\S]+)": syntax error$/;
const UNKNOWN = /^(?:no such (?:column|table|function)|unrecognized token): "?([\s\S]+?)"?$/;

/**
 * Where in a statement SQLite found what it complains of, which it does not tell. A syntax error stands where a
 * statement that ends there has the same error for the first time; an unknown name, where it stands first.
 * @param complaintOf what SQLite says of a text
 */
export function findMistake(
  statement: string,
  complaint: string,
  complaintOf: (text: string) => string | undefined,
): number | undefined {
  const near = SYNTAX.exec(complaint)?.[1];
  if (near !== undefined) {
    for (const index of placesOf(statement, near)) {
      if (complaintOf(statement.slice(0, index + near.length)) === complaint) return index;
    }
    return undefined;
  }
  const unknown = UNKNOWN.exec(complaint)?.[1];
  if (unknown === undefined) return undefined;
  const place = placesOf(statement, unknown).find((index) =>
    isWhole(statement, index, index + unknown.length),
  );
  return place ?? placesOf(statement, unknown)[0];
}

/** Places looked at; a statement that repeats a word more often is not searched further. */
const PLACES_MAX = 100;

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  let index = text.indexOf(part);
  while (index !== -1 && places.length < PLACES_MAX) {
    places.push(index);
    index = text.indexOf(part, index + 1);
  }
  return places;
}

function isWhole(text: string, start: number, end: number): boolean {
  return !/\w/.test(text[start - 1] ?? ' ') && !/\w/.test(text[end] ?? ' ');
}
