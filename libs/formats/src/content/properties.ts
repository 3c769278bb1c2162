import { Pair, parseLines, stringify } from 'dot-properties';
import { quote } from '#contracts';
import { type Mistake, placeOf, pointerPath } from './place.js';
import { type Format, mistaken, well } from './reading.js';

/** One `key = value` of a properties text, and where it begins. */
interface PropertyLine {
  readonly key: string;
  readonly value: string;
  readonly offset: number;
}

/** A properties text taken apart, comments included, or the first mistake in it. */
export type PropertyLines =
  | { readonly lines: readonly (PropertyLine | { readonly comment: string; readonly offset: number })[] }
  | { readonly mistake: Mistake };

/**
 * Reads the lines of a properties text as Java does (java.util.Properties), in UTF-8. A damaged Unicode escape and
 * a key that is given twice are mistakes: Java throws at the first and passes over the second.
 */
export function readPropertyLines(text: string): PropertyLines {
  const keys = new Set<string>();
  const lines = [];
  for (const node of parseLines(text, true)) {
    const [start, , , end] = node.range as [number, number, number, number];
    if (!(node instanceof Pair)) {
      const comment = 'comment' in node ? String(node.comment) : '';
      if (comment !== '') lines.push({ comment, offset: start });
      continue;
    }
    const escape = /(?<!\\)(?:\\\\)*\\u(?![0-9A-Fa-f]{4})/.exec(text.slice(start, end));
    if (escape !== null)
      return mistakeAt(text, start + escape.index, 'a "\\u" without four hexadecimal digits');
    if (keys.has(node.key)) return mistakeAt(text, start, `the key ${quote(node.key)} is given twice`);
    keys.add(node.key);
    lines.push({ key: node.key, value: node.value, offset: start });
  }
  return { lines };
}

function mistakeAt(text: string, offset: number, what: string): { readonly mistake: Mistake } {
  return { mistake: { ...placeOf(text, offset), what } };
}

export const properties: Format = {
  read: (text) => {
    const read = readPropertyLines(text);
    if ('mistake' in read) return mistaken(read.mistake);
    const pairs = read.lines.filter((line) => 'key' in line).map(({ key, value }) => [key, value]);
    return well(Object.fromEntries(pairs));
  },
  print: (value) =>
    printProperties(Object.entries(value as object).map(([key, item]) => [key, String(item)])),
  locate: (text, pointer) => {
    const read = readPropertyLines(text);
    if ('mistake' in read) return undefined;
    const [wanted] = pointerPath(pointer);
    const line = read.lines.find((line) => 'key' in line && line.key === wanted);
    return wanted === undefined || line === undefined ? placeOf(text, 0) : placeOf(text, line.offset);
  },
};

/** Lines of text: pairs, and comments that begin with `#`. */
export function printProperties(lines: (string | [string, string])[]): string {
  return `${stringify(lines, { latin1: false, lineWidth: null, commentPrefix: '# ' })}\n`;
}
