import { limits, quote, RollcallError } from '#contracts';
import { type Mistake, mistakeText } from '../content/place.js';
import type { DocumentCodec, DocumentEntry, DocumentFormat, KeyedContent } from './document.js';
import { envCodec } from './env.js';
import { jsonCodec } from './json.js';
import { propertiesCodec } from './properties.js';
import { yamlCodec } from './yaml.js';

const codecs: Readonly<Record<DocumentFormat, DocumentCodec>> = {
  env: envCodec,
  json: jsonCodec,
  yaml: yamlCodec,
  properties: propertiesCodec,
};

/**
 * The keys of a file: all of them, or none.
 * @throws ROLLCALL_IMPORT_INVALID naming every line that is wrong, ROLLCALL_IMPORT_TOO_LARGE
 */
export function parseDocument(format: DocumentFormat, text: string): readonly DocumentEntry[] {
  if (text.length > limits.importBytesMax) {
    const what = `the file has ${text.length} characters; at most ${limits.importBytesMax} are allowed`;
    throw new RollcallError('ROLLCALL_IMPORT_TOO_LARGE', what);
  }
  const { entries, mistakes } = codecs[format].parse(text.replace(/^\uFEFF/, ''));
  if (mistakes.length > 0) throw importError(mistakes);
  if (entries.length > limits.importKeysMax) {
    const what = `the file has ${entries.length} keys; at most ${limits.importKeysMax} are allowed`;
    throw new RollcallError('ROLLCALL_IMPORT_TOO_LARGE', what);
  }
  return entries;
}

/** Says every mistake of a file on a line of its own. */
export function importError(mistakes: readonly Mistake[]): RollcallError {
  const lines = mistakes.map((mistake) => `\n  ${mistakeText(mistake)}`).join('');
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  return new RollcallError(
    'ROLLCALL_IMPORT_INVALID',
    `the file has ${count}, so nothing was imported:${lines}\n`,
    {
      details: { mistakes },
    },
  );
}

/**
 * Keys as a file, sorted, such that reading it gives the same keys.
 * @throws ROLLCALL_EXPORT_IMPOSSIBLE naming the keys whose values the format cannot hold
 */
export function printDocument(format: DocumentFormat, items: Iterable<KeyedContent>): string {
  const sorted = [...items].sort((left, right) => (left.key < right.key ? -1 : 1));
  const printed = codecs[format].print(sorted);
  if ('text' in printed) return printed.text;
  const keys = printed.unprintable.slice(0, 8).map(quote).join(', ');
  throw new RollcallError(
    'ROLLCALL_EXPORT_IMPOSSIBLE',
    `the values of ${keys} cannot be written as ${format}`,
  );
}
