import { contentTypes, quote } from '#contracts';
import { printContent, readContent } from '../content/content.js';
import { type Place, pointerTo } from '../content/place.js';
import { Collector, isContentType } from './collect.js';
import type { KeyedContent } from './document.js';

/** A JSON or YAML file as a value, and where in the text each part of it stands. */
export interface Tree {
  readonly value: unknown;
  placeOf(pointer: string): Place;
  /** A number as it is written: 1.10 is not 1.1 to those who wrote it. */
  numberAt(pointer: string): string | undefined;
}

/**
 * The keys of a tree. Objects within each other join their keys by dots (`{"limits": {"maxPool": 10}}` is
 * `limits.maxPool`); lists are JSON; `{"$type": "yaml", "$value": "..."}` says the type of any other value.
 */
export function collectTree(tree: Tree, collector: Collector): void {
  if (!isObject(tree.value)) {
    collector.mistake(tree.placeOf(''), 'expected an object of keys and values');
    return;
  }
  collectObject({ tree, collector }, tree.value, '', '');
}

interface Work {
  readonly tree: Tree;
  readonly collector: Collector;
}

function collectObject(work: Work, object: Record<string, unknown>, pointer: string, prefix: string): void {
  for (const [name, value] of Object.entries(object)) {
    if (work.collector.isFull) return;
    collectValue(work, value, pointerTo(pointer, name), prefix + name);
  }
}

function collectValue(work: Work, value: unknown, pointer: string, key: string): void {
  const { tree, collector } = work;
  const place = tree.placeOf(pointer);
  if (typeof value === 'string') collector.add(place, key, value, 'text');
  else if (typeof value === 'boolean') collector.add(place, key, String(value), 'boolean');
  else if (typeof value === 'number')
    collector.add(place, key, tree.numberAt(pointer) ?? String(value), 'number');
  else if (Array.isArray(value)) collector.add(place, key, printContent('json', value), 'json');
  else if (!isObject(value)) collector.mistake(place, `${quote(key)} has no value`);
  else if ('$type' in value || '$value' in value) collectTyped(work, value, place, key);
  else if (Object.keys(value).length === 0) {
    collector.mistake(
      place,
      `${quote(key)} is an empty object; write {"$type": "json", "$value": {}} if it is meant`,
    );
  } else collectObject(work, value, pointer, `${key}.`);
}

function collectTyped({ collector }: Work, typed: Record<string, unknown>, place: Place, key: string): void {
  const { $type: type, $value: value, ...others } = typed;
  if (!isContentType(type)) {
    collector.mistake(
      place,
      `$type of ${quote(key)} is ${quote(type)}, not one of ${contentTypes.join(', ')}`,
    );
  } else if (Object.keys(others).length > 0) {
    collector.mistake(
      place,
      `${quote(key)} may hold $type and $value only, not ${quote(Object.keys(others)[0])}`,
    );
  } else if (typeof value === 'string') {
    collector.add(place, key, value, type);
  } else if (type === 'json' && isTree(value)) {
    collector.add(place, key, printContent('json', value), 'json');
  } else {
    collector.mistake(place, `$value of ${quote(key)} is not a text`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isTree(value) && !Array.isArray(value);
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The object a file is printed from: every value in the plainest form that reads back as it was. */
export function treeOf(items: readonly KeyedContent[]): Record<string, unknown> {
  return Object.fromEntries(items.map((item) => [item.key, plainest(item)]));
}

function plainest({ contentType, value }: KeyedContent): unknown {
  const reading = readContent(contentType, value);
  const read = reading.isWell ? reading.value : undefined;
  const isCanonical = reading.isWell && printContent(contentType, read) === value;
  if (contentType === 'text' || ((contentType === 'boolean' || contentType === 'number') && isCanonical))
    return read;
  if (contentType === 'json' && isCanonical && isTree(read)) {
    return Array.isArray(read) ? read : { $type: 'json', $value: read };
  }
  return { $type: contentType, $value: value };
}
