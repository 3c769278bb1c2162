import { limits, quote, RollcallError } from '#contracts';
import { mistake } from './mistake.js';

/**
 * A question as it comes in: parameters of a URL, options of a command, a JSON object. A parameter may be given
 * several times, which makes it an array.
 */
export type QueryInput = Readonly<Record<string, unknown>>;

/** Every text given for a parameter. @throws ROLLCALL_FILTER_INVALID */
export function textsOf(input: QueryInput, parameter: string): string[] {
  const given = Object.hasOwn(input, parameter) ? input[parameter] : undefined;
  if (given === undefined) return [];
  const texts = Array.isArray(given) ? (given as unknown[]) : [given];
  if (texts.length > limits.queryTermsMax) {
    const text = `${parameter} is given ${texts.length} times; at most ${limits.queryTermsMax} are allowed`;
    throw new RollcallError('ROLLCALL_FILTER_INVALID', text, { details: { parameter } });
  }
  return texts.map((text) => checkText(parameter, text));
}

function checkText(parameter: string, text: unknown): string {
  if (typeof text !== 'string') {
    const what = `${parameter} is ${quote(text)}, which is not a text`;
    throw new RollcallError('ROLLCALL_FILTER_INVALID', what, { details: { parameter } });
  }
  if (text.length > limits.queryTextMax) {
    throw mistake(
      parameter,
      text,
      limits.queryTextMax,
      `its end: at most ${limits.queryTextMax} characters are allowed`,
    );
  }
  return text;
}

/** The one text given for a parameter, or undefined. @throws ROLLCALL_FILTER_INVALID when it is given twice */
export function textOf(input: QueryInput, parameter: string): string | undefined {
  const texts = textsOf(input, parameter);
  if (texts.length <= 1) return texts[0];
  throw new RollcallError(
    'ROLLCALL_FILTER_INVALID',
    `${parameter} is given ${texts.length} times; once is allowed`,
    {
      details: { parameter },
    },
  );
}

/**
 * The items of lists with commas between them, of every time the parameter is given; undefined when it is not.
 * @param isAllowed tells whether an item may stand there
 * @param expected what may stand there, in words
 */
export function itemsOf(
  input: QueryInput,
  parameter: string,
  isAllowed: (item: string) => boolean,
  expected: string,
): string[] | undefined {
  const items: string[] = [];
  for (const text of textsOf(input, parameter)) {
    for (const { item, at } of splitAt(text, ',')) {
      if (!isAllowed(item)) throw mistake(parameter, text, at, expected);
      if (items.length >= limits.queryTermsMax) {
        throw mistake(parameter, text, at, `its end: at most ${limits.queryTermsMax} items are allowed`);
      }
      items.push(item);
    }
  }
  return items.length === 0 ? undefined : items;
}

/** Parts between separators, without the blanks around them, and where each begins. */
export function splitAt(text: string, separator: string): { readonly item: string; readonly at: number }[] {
  let start = 0;
  return text.split(separator).map((part) => {
    const at = start + (part.length - part.trimStart().length);
    start += part.length + separator.length;
    return { item: part.trim(), at };
  });
}

/** Refuses parameters nobody reads: a misspelt filter that is passed over would answer with everything. */
export function checkParameters(input: QueryInput, known: readonly string[]): void {
  const unknown = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const text = `unknown parameter ${unknown.slice(0, 8).map(quote).join(', ')}; allowed is ${known.join(', ')}`;
  throw new RollcallError('ROLLCALL_FILTER_INVALID', text, {
    action: 'Leave it out, or correct its name.',
    details: { parameter: unknown[0] },
  });
}
