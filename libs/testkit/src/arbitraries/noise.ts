import fc from 'fast-check';
import { limits } from '#contracts';

/** Characters that length rules and patterns disagree about, each one code point or a lone half of one. */
const trickyUnits = [
  '\uD83D',
  '\uDC4D',
  '👍',
  '\uFE0F',
  '\u200D',
  'e\u0301',
  '\u0000',
  '\u2028',
  'ß',
  '\uFFFD',
  '"',
  '\\',
  '\n',
];

const unit = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...'abcXYZ019 -_./') },
  { weight: 1, arbitrary: fc.constantFrom(...trickyUnits) },
);

/** Text of so many code points, rich in characters that are easy to count wrongly. */
export const anyText = (lengthMin: number, lengthMax: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 8, arbitrary: fc.string({ unit, minLength: lengthMin, maxLength: Math.min(lengthMax, 24) }) },
      { weight: 1, arbitrary: fc.constantFrom('a', '👍', '\uFE0F', 'é').map((one) => one.repeat(lengthMax)) },
    )
    .map((text) => [...text].slice(0, lengthMax).join(''))
    .filter((text) => [...text].length >= lengthMin);

const bounds = Object.values(limits);
const numbers = [...bounds, ...bounds.map((bound) => bound + 1), 0, -0, -1, 1, 1.5, 1e-7, 1e21, 100, 101];
const huge = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, -1e308, Infinity, -Infinity];
const words = [
  '',
  ' ',
  'up',
  'draining',
  'Up',
  'nats',
  '1',
  'true',
  'null',
  'orders',
  'Orders',
  '-a',
  'a-',
  'a.b',
  '*',
  '>',
];
const lengths = [63, 64, 128, 129, 256, 257, 512, 513, 1024, 1025];

const overlong = fc
  .tuple(fc.constantFrom('a', '👍', '\uFE0F', '\uD83D', 'é'), fc.constantFrom(...lengths))
  .map(([one, length]) => one.repeat(length));

/** Objects that a careless reader takes for something else. */
const treacherous = fc.constantFrom(
  '{"constructor":"x"}',
  '{"constructor":{"name":"Endpoint"}}',
  '{"__proto__":{"name":"a","protocol":"http","signal":"sweep"}}',
  '{"__proto__":null}',
  '{"then":{}}',
  '{"length":0}',
  '{"toString":1,"valueOf":1,"hasOwnProperty":1}',
  '[[]]',
  '[{}]',
  '[null]',
  '[["a"]]',
  '{"0":{"name":"a","protocol":"nats","subject":"a"}}',
);

/** A value as JSON.parse may give it: NaN-free, but with -0, infinities (1e400), lone surrogates and junk. */
export const anyJunk = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(null, true, false),
    fc.constantFrom(...numbers, ...huge),
    fc.double({ noNaN: true }),
    fc.constantFrom(...words),
    fc.string({ unit }),
    overlong,
    treacherous.map((text) => JSON.parse(text) as unknown),
    fc.jsonValue({ maxDepth: 3 }),
    fc.array(fc.constantFrom('a', 'b', 'a'), { maxLength: 70 }),
    fc.integer({ min: 60, max: 70 }).map((length) => Array.from({ length }, (_, index) => `tag-${index}`)),
  );

type Path = readonly (string | number)[];

/** Every place in a JSON value, the root excepted. */
function pathsOf(value: unknown, above: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const path = [...above, key];
    return [path, ...pathsOf((value as Record<string, unknown>)[key], path)];
  });
}

/** Sets a field without triggering the setter that `__proto__` is. */
function define(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function add(parent: object, key: string, value: unknown): void {
  if (Array.isArray(parent)) parent.push(value);
  else define(parent, key, value);
}

function remove(parent: object, key: string | number): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

function at(root: unknown, path: Path): object {
  return path.reduce((value, key) => (value as Record<string | number, unknown>)[key], root) as object;
}

interface Breakage {
  readonly what: 'replace' | 'delete' | 'extra';
  readonly where: number;
  readonly key: string;
  readonly junk: unknown;
}

const anyBreakage = (): fc.Arbitrary<Breakage> =>
  fc.record({
    what: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'extra'),
    where: fc.nat(10_000),
    key: fc.oneof(
      fc.constantFrom(
        '__proto__',
        'constructor',
        'prototype',
        'toString',
        'extra',
        '',
        '0',
        'removed',
        'weight',
        'zone',
      ),
      fc.constantFrom('tags', 'metadata', 'evidence', 'protection', 'endpoints', 'path', 'subject', 'detail'),
    ),
    junk: anyJunk(),
  });

function broken(record: unknown, breakages: readonly Breakage[]): unknown {
  const copy = structuredClone(record);
  for (const { what, where, key, junk } of breakages) {
    const paths = pathsOf(copy);
    const path = paths[where % Math.max(1, paths.length)];
    if (path === undefined) break;
    const parent = at(copy, path.slice(0, -1));
    const last = path.at(-1) as string | number;
    if (what === 'replace') define(parent, last, structuredClone(junk));
    else if (what === 'extra') add(parent, key, structuredClone(junk));
    else remove(parent, last);
  }
  return copy;
}

/** The record with up to three of its fields replaced, removed or added: mostly invalid, sometimes still valid. */
export const anyBroken = (record: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(record, fc.array(anyBreakage(), { minLength: 1, maxLength: 3 }))
    .map(([value, breakages]) => broken(value, breakages));
