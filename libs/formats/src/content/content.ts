import { limits } from '#contracts';
import type { ContentType } from './content-type.js';
import { json } from './json.js';
import type { Mistake, Place } from './place.js';
import { properties } from './properties.js';
import { type Format, mistaken, type Reading } from './reading.js';
import { boolean, number, secret, text } from './scalar.js';
import { yaml } from './yaml.js';

const formats: Readonly<Record<ContentType, Format>> = {
  text,
  json,
  yaml,
  properties,
  number,
  boolean,
  secret,
};

/** Reads a value as its content type says: what it means, or where and why it cannot be read. Never throws. */
export function readContent(type: ContentType, value: string): Reading {
  const bytes = utf8Bytes(value);
  if (bytes > limits.configValueBytesMax) {
    const what = `it has ${bytes} bytes; at most ${limits.configValueBytesMax} are allowed`;
    return mistaken({ line: 1, column: 1, what });
  }
  const wellFormed = text.read(value);
  return wellFormed.isWell ? formats[type].read(value) : wellFormed;
}

/** The first mistake in a value, or undefined when it is what its content type says. */
export function contentMistake(type: ContentType, value: string): Mistake | undefined {
  const reading = readContent(type, value);
  return reading.isWell ? undefined : reading.mistake;
}

/** The text of a value in a content type. */
export function printContent(type: ContentType, value: unknown): string {
  return formats[type].print(value);
}

/** Where in the text the value behind a JSON pointer begins: turns what a schema says into a line and a column. */
export function locateContent(type: ContentType, value: string, pointer: string): Place | undefined {
  return formats[type].locate(value, pointer);
}

/** The content type a JavaScript value is stored in unless somebody chooses another. */
export function contentTypeOf(value: unknown): ContentType {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'json';
}

/** Length in UTF-8, without encoding it. */
function utf8Bytes(value: string): number {
  let bytes = value.length;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit >= 0x800) bytes += unit >= 0xd800 && unit <= 0xdfff ? 1 : 2;
    else if (unit >= 0x80) bytes += 1;
  }
  return bytes;
}
