import { Composer, type CST, type Document, isAlias, isNode, Parser, visit, type YAMLError } from 'yaml';
import { limits } from '#contracts';
import { type Mistake, placeOf } from './place.js';

/** A YAML text as the library composed it, or the first mistake in it. */
export type Composed = { readonly document: Document.Parsed } | { readonly mistake: Mistake };

/**
 * Reads one YAML document. The nesting is bounded before anything is composed: the library composes by recursion,
 * and a text of thousands of brackets would end the process. Warnings count as mistakes, because a tag that nobody
 * resolves would silently be read as something else.
 */
export function composeYaml(text: string): Composed {
  const tokens = [...new Parser().parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined)
    return mistakeAt(text, deep, `nested more than ${limits.configDepthMax} levels deep`);
  const composer = new Composer({ uniqueKeys: true, prettyErrors: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [document, second] = documents as [Document.Parsed, Document.Parsed | undefined];
  if (second !== undefined) {
    return mistakeAt(text, second.range[0], 'a second document begins; one is allowed');
  }
  const [error] = [...document.errors, ...document.warnings].sort(byPosition);
  if (error !== undefined) return mistakeAt(text, startOf(error, tokens), inWords(error.message));
  return danglingAlias(text, document) ?? { document };
}

function mistakeAt(text: string, offset: number, what: string): { readonly mistake: Mistake } {
  return { mistake: { ...placeOf(text, offset), what } };
}

function byPosition(left: YAMLError, right: YAMLError): number {
  return left.pos[0] - right.pos[0];
}

/** The library's sentences begin with a capital and may go on for lines. */
function inWords(message: string): string {
  const [line = ''] = message.split('\n');
  return line.charAt(0).toLowerCase() + line.slice(1);
}

interface Nested {
  readonly token: CST.Token;
  readonly depth: number;
}

/** Every token within the tokens, with its depth. Walks without recursion. */
function* within(tokens: readonly CST.Token[]): Generator<Nested> {
  const waiting: Nested[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    const { token, depth } = next;
    if ('value' in token && token.value !== undefined) waiting.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) waiting.push({ token: key, depth: depth + 1 });
      if (value) waiting.push({ token: value, depth: depth + 1 });
    }
  }
}

/** Offset of a token that lies too deep. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  for (const { token, depth } of within(tokens)) if (depth > limits.configDepthMax) return token.offset;
  return undefined;
}

/** Where a mistake begins. A quote that is not closed is found at its end, which may be hundreds of lines on. */
function startOf({ code, pos }: YAMLError, tokens: readonly CST.Token[]): number {
  const [at] = pos;
  if (code !== 'MISSING_CHAR') return at;
  for (const { token } of within(tokens)) {
    const isQuoted = token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar';
    if (isQuoted && token.offset < at && at <= token.offset + token.source.length) return token.offset;
  }
  return at;
}

/** An alias whose anchor is not there is found by the library only when the value is made. */
function danglingAlias(text: string, document: Document.Parsed): { readonly mistake: Mistake } | undefined {
  let found: { readonly mistake: Mistake } | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      if (isAlias(alias) && isNode(alias.resolve(document))) return undefined;
      found = mistakeAt(text, alias.range?.[0] ?? 0, `the alias "*${alias.source}" has no anchor before it`);
      return visit.BREAK;
    },
  });
  return found;
}
