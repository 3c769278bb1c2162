/** NUL, and halves of surrogate pairs that stand alone. */
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A text as both databases can store it: PostgreSQL takes neither NUL nor what is not Unicode. */
export function cleanText(text: string): string {
  return text.replaceAll(UNSTORABLE, '\uFFFD');
}

/** The same, with null for what is absent. */
export function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : cleanText(text);
}
