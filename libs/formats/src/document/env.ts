import { parse as parseEnv } from 'dotenv';
import type { ContentType } from '#contracts';
import { LineIndex } from '../content/place.js';
import { announcedType, Collector } from './collect.js';
import type { DocumentCodec, KeyedContent } from './document.js';

/** `KEY=`, with what dotenv takes around it. */
const HEAD = /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:(?=[ \t]))[ \t]*/y;
/** A value in quotes and what may stand behind it, as dotenv ends one; it may go over several lines. */
const QUOTED = {
  "'": /'(?:\\'|[^'])*'[ \t]*(?:#.*)?$/my,
  '"': /"(?:\\"|[^"])*"[ \t]*(?:#.*)?$/my,
  '`': /`(?:\\`|[^`])*`[ \t]*(?:#.*)?$/my,
} as const;
const LINE = /.*$/my;

/**
 * Files of `KEY=value` lines. What a line means is dotenv's word; which lines there are, and that each is one, is
 * found out here, because dotenv passes over what it cannot read.
 */
export const envCodec: DocumentCodec = {
  parse: (source) => {
    const text = source.replaceAll(/\r\n?/g, '\n');
    const lines = new LineIndex(text);
    const collector = new Collector();
    let announced: ContentType | undefined;
    for (let at = 0; at < text.length && !collector.isFull;) {
      const place = lines.at(at);
      const line = take(LINE, text, at) ?? '';
      const isComment = /^\s*#/.test(line);
      if (isComment) announced = announcedType(collector, line, place) ?? announced;
      let end = at + line.length;
      if (!isComment && line.trim() !== '') {
        const entry = entryAt(text, at);
        if ('what' in entry) collector.mistake(place, entry.what);
        else {
          end = entry.end;
          collector.add(place, entry.key, entry.value, announced);
        }
        announced = undefined;
      }
      at = end + 1;
    }
    return collector.parsed();
  },

  print: (items) => {
    const unprintable: string[] = [];
    const lines = items.flatMap((item) => {
      const written = lineOf(item);
      if (written === undefined) unprintable.push(item.key);
      return item.contentType === 'text' ? [written] : [`# @type ${item.contentType}`, written];
    });
    return unprintable.length > 0 ? { unprintable } : { text: lines.map((line) => `${line}\n`).join('') };
  },
};

type Entry =
  { readonly key: string; readonly value: string; readonly end: number } | { readonly what: string };

function entryAt(text: string, at: number): Entry {
  const head = take(HEAD, text, at);
  if (head === undefined) return { what: 'expected KEY=value, a comment that begins with "#", or nothing' };
  const start = at + head.length;
  const quoted = text[start] as keyof typeof QUOTED;
  const body = take(Object.hasOwn(QUOTED, quoted) ? QUOTED[quoted] : LINE, text, start);
  if (body === undefined) return { what: `the quote ${quoted} is not closed, or something stands behind it` };
  const end = start + body.length;
  const read = Object.entries(parseEnv(text.slice(at, end)));
  const [[key, value] = []] = read;
  if (read.length !== 1 || key === undefined || value === undefined) {
    return { what: 'it cannot be read as KEY=value' };
  }
  return { key, value, end };
}

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** What needs no quotes anywhere. */
const PLAIN = /^[\w./:@%+,-]*$/;
/** What dotenv takes without quotes although a shell would not. */
const BARE = /^(?!\s)[\w./:@%+,\\ -]*(?<!\s)$/;

/**
 * The plainest way of writing a value that dotenv reads back as it was; undefined when there is none. A backslash
 * before the closing quote would hide it.
 */
function lineOf({ key, value }: KeyedContent): string | undefined {
  const escaped = value.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  const quoted = value.endsWith('\\') ? [] : [`'${value}'`, `\`${value}\``, `"${escaped}"`];
  const ways = [...(PLAIN.test(value) ? [value] : []), ...quoted, ...(BARE.test(value) ? [value] : [])];
  return ways.map((way) => `${key}=${way}`).find((line) => readsBack(line, value));
}

function readsBack(line: string, value: string): boolean {
  const entry = entryAt(line, 0);
  return !('what' in entry) && entry.end === line.length && entry.value === value;
}
