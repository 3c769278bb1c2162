import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ContentType, contentTypes, limits } from '#contracts';
import { contentMistake, locateContent, printContent, readContent } from './content.js';

const read = (type: ContentType, value: string): unknown => {
  const reading = readContent(type, value);
  return reading.isWell ? reading.value : reading.mistake;
};

describe('a value', () => {
  it.each<[ContentType, string, unknown]>([
    ['text', ' any text\n', ' any text\n'],
    ['json', '{"a": [1, true, null, "x\\u00e9"]}', { a: [1, true, null, 'xé'] }],
    ['yaml', 'a:\n  - 1\n  - two\n', { a: [1, 'two'] }],
    ['yaml', 'base: &b {x: 1}\nother: *b\n', { base: { x: 1 }, other: { x: 1 } }],
    ['properties', '# remark\na.b = 1\nc: two \\\n  lines', { 'a.b': '1', c: 'two lines' }],
    ['number', '-2.5e3', -2500],
    ['boolean', 'false', false],
    ['secret', `sealed.v1.k1.${'n'.repeat(16)}.${'c'.repeat(22)}`, expect.any(String)],
  ])('of type %s is read: %j', (type, value, expected) => {
    expect(read(type, value)).toEqual(expected);
  });

  it.each<[ContentType, string, string, RegExp]>([
    ['json', '{"a": 1,\n "b": tru }', '2:7', /expected a value, found "t"/],
    ['json', '{"a": 1,\n "a": 2}', '2:2', /the key "a" is given twice/],
    ['json', '{"a": [1, 2}', '1:12', /expected "," or "\]", found "}"/],
    ['json', '{"a": "x\n"}', '1:7', /no closing quote/],
    ['json', '{"a": "\\x"}', '1:8', /a character JSON allows in quotes/],
    ['json', '', '1:1', /expected a value, found the end of the text/],
    ['json', '{} x', '1:4', /expected the end of the text, found "x"/],
    ['json', "{'a': 1}", '1:2', /expected a key in double quotes, found "'"/],
    ['yaml', 'a: 1\na: 2\n', '2:1', /map keys must be unique/i],
    ['yaml', 'a:\n  - b\n c: 1', '3:1', /same column/],
    ['yaml', 'a: 1\n---\nb: 2', '2:1', /a second document begins/],
    ['yaml', 'a: *x', '1:4', /the alias "\*x" has no anchor/],
    ['yaml', 'a: 1\nb: !secret x', '2:4', /unresolved tag/],
    ['yaml', 'a: "x', '1:4', /closing/],
    ['properties', 'a=1\nb=\\u12', '2:3', /four hexadecimal digits/],
    ['properties', 'a=1\na=2', '2:1', /the key "a" is given twice/],
    ['number', '0x10', '1:1', /"0x10" is not a number/],
    ['number', '1e999', '1:1', /too large/],
    ['number', '12345678901234567890', '1:1', /more digits than a number holds/],
    ['boolean', 'yes', '1:1', /"yes" is neither true nor false/],
    ['text', 'x\uD800', '1:1', /half of a surrogate pair/],
  ])('of type %s that is none is refused with its place: %j', (type, value, place, what) => {
    const mistake = contentMistake(type, value);
    expect(`${mistake?.line}:${mistake?.column}`).toBe(place);
    expect(mistake?.what).toMatch(what);
  });

  it('of type json is refused with the pointer of the part that is wrong', () => {
    expect(contentMistake('json', '{"pools": [{"size": 1}, {"size": -}]}')).toMatchObject({
      pointer: '/pools/1/size',
    });
  });

  it('of type secret that is not sealed is never shown', () => {
    expect(JSON.stringify(contentMistake('secret', 'hunter2'))).not.toContain('hunter2');
  });

  it.each(contentTypes)('of type %s over the limit is refused with its size', (type) => {
    expect(contentMistake(type, 'é'.repeat(limits.configValueLengthMax + 1))).toMatchObject({
      what: `it has ${limits.configValueLengthMax + 1} characters; at most ${limits.configValueLengthMax} are allowed`,
    });
  });

  it.each<[ContentType, string]>([
    ['json', '['.repeat(20_000)],
    ['yaml', '['.repeat(20_000)],
    ['yaml', '- '.repeat(15_000)],
    ['yaml', '{a: '.repeat(6_000)],
  ])('of type %s that is nested without end is refused and ends nothing', (type, value) => {
    expect(contentMistake(type, value)?.what).toMatch(/nested more than 64 levels deep/);
  });

  it('of type yaml whose aliases unfold to billions is refused', () => {
    const rows = Array.from(
      { length: 12 },
      (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`,
    );
    expect(contentMistake('yaml', `a0: &a0 x\n${rows.join('\n')}`)?.what).toMatch(/unfold to too much/);
  });

  it('is read or refused with a place, whatever it is', () => {
    const piece = fc.constantFrom(...'{}[]:,"\'\\\n\t -#&*!|>%@`=0.eu1a', 'true', '\uD800');
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...contentTypes), texts, (type, value) => {
        const mistake = contentMistake(type, value);
        if (mistake === undefined) return true;
        return mistake.line >= 1 && mistake.column >= 1 && mistake.what.length > 0;
      }),
      { numRuns: 3_000 },
    );
  });

  it('of type json is refused exactly when JSON.parse refuses it, or a key is given twice', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"\\u00e9"',
      '-',
      '1',
      '0.5',
      'e3',
      'null',
      ' ',
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((parts) => parts.join('')),
          fc.json(),
        ),
        (value) => {
          const mistake = contentMistake('json', value);
          if (mistake?.what.includes('given twice')) return;
          expect(mistake === undefined).toBe(isJson(value));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('reads back as what was printed', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        // JSON has one zero; YAML tells -0 from it.
        const same: unknown = JSON.parse(JSON.stringify(value));
        expect(read('json', printContent('json', value))).toEqual(same);
        expect(read('yaml', printContent('yaml', same))).toEqual(same);
      }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: true }),
        (value) => {
          expect(read('properties', printContent('properties', value))).toEqual(value);
        },
      ),
    );
  });
});

describe('what a schema says about a value', () => {
  it.each<[ContentType, string, string, object]>([
    ['json', '{\n  "a": {\n    "b": [1, 2]\n  }\n}', '/a/b/1', { line: 3, column: 14 }],
    ['yaml', 'a:\n  b:\n    - 1\n    - 2\n', '/a/b/1', { line: 4, column: 7 }],
    ['properties', '# x\na/b = 1\n', '/a~1b', { line: 2, column: 1 }],
    ['number', '12', '', { line: 1, column: 1 }],
  ])('gets its place in %s', (type, value, pointer, place) => {
    expect(locateContent(type, value, pointer)).toEqual(place);
  });

  it('has no place when there is no such part', () => {
    expect(locateContent('json', '{}', '/a')).toBeUndefined();
    expect(locateContent('yaml', 'a: [', '/a')).toBeUndefined();
  });
});

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
