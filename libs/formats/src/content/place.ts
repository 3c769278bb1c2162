/** A place in a text as people count: the first line and the first column are 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text, and where. */
export interface Mistake extends Place {
  /** One clause without a full stop: `expected "," or "}", found "x"`. */
  readonly what: string;
  /** JSON pointer (RFC 6901) of the value it belongs to, where the format has such values. */
  readonly pointer?: string;
}

/** Finds lines and columns in one text. */
export class LineIndex {
  readonly #starts = [0];

  /** `\n`, `\r\n` and a lone `\r` end a line. */
  constructor(text: string) {
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) this.#starts.push(index + end.length);
  }

  /** Where an offset (in UTF-16 units) lies. */
  at(offset: number): Place {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}

export function placeOf(text: string, offset: number): Place {
  return new LineIndex(text).at(offset);
}

/** `line 3, column 7: expected ...`, as error messages say it. */
export function mistakeText({ line, column, pointer, what }: Mistake): string {
  const at = pointer === undefined || pointer === '' ? '' : ` (at ${pointer})`;
  return `line ${line}, column ${column}${at}: ${what}`;
}

/** Extends a JSON pointer by a key or an index. */
export function pointerTo(parent: string, child: string | number): string {
  return `${parent}/${String(child).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The keys of a JSON pointer, outermost first. */
export function pointerPath(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
