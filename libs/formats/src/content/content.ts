import { type ContentType, limits } from '#contracts';
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
  const length = value.length > limits.configValueLengthMax ? [...value].length : 0;
  if (length > limits.configValueLengthMax) {
    const what = `it has ${length} characters; at most ${limits.configValueLengthMax} are allowed`;
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
