import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ContentType, contentTypes, isRollcallError, limits } from '#contracts';
import { contentMistake } from '../content/content.js';
import { planImport } from '../plan.js';
import { parseDocument, printDocument } from './codecs.js';
import { type DocumentFormat, documentFormats, type KeyedContent } from './document.js';

const aKey = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
const aText = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'ab \n\r\t\'"`\\#=:$!{}%n') }),
  fc.lorem(),
);
const aValue: Readonly<Record<ContentType, fc.Arbitrary<string>>> = {
  text: aText,
  json: fc.oneof(
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value, null, 2)),
  ),
  yaml: fc.oneof(fc.json(), fc.constantFrom('a: 1\nb:\n  - x\n', '# only\n', '- "q\'"\n')),
  properties: fc.constantFrom('a=1\nb = two\n', '', '# x\n\nk: v'),
  number: fc.oneof(fc.integer().map(String), fc.constantFrom('1.10', '-0', '1e3', '0.5')),
  boolean: fc.constantFrom('true', 'false'),
  secret: fc.constant(`sealed.v1.k1.${'n'.repeat(16)}.${'c'.repeat(30)}`),
};
const anItem: fc.Arbitrary<KeyedContent> = fc
  .constantFrom(...contentTypes)
  .chain((contentType) =>
    fc.record({ key: aKey, contentType: fc.constant(contentType), value: aValue[contentType] }),
  );
const someItems = fc
  .uniqueArray(anItem, { selector: ({ key }) => key, maxLength: 8 })
  .map((items) => items.filter(({ contentType, value }) => contentMistake(contentType, value) === undefined));

const asMap = (items: readonly KeyedContent[]) =>
  new Map(items.map(({ key, contentType, value }) => [key, { contentType, value }]));

describe.each(documentFormats)('a file of %s', (format) => {
  it('that was exported gives the same config when it is imported', () => {
    fc.assert(
      fc.property(someItems, (items) => {
        const text = printed(format, items);
        if (text === undefined) return;
        const into = new Map<string, never>();
        const { changes, mistakes } = planImport(into, parseDocument(format, text));
        expect(mistakes).toEqual([]);
        expect(new Map(changes.map(({ key, after }) => [key, after]))).toEqual(asMap(items));
        const again = planImport(asMap(items), parseDocument(format, text), { prune: true });
        expect(again.changes.filter(({ kind }) => kind !== 'unchanged')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([' \n', '  \n\n', ' \t\n', '\n', ' '])(
    'keeps text that is nothing but white space: %j',
    (value) => {
      const text = printed(format, [{ key: 'blank', contentType: 'text', value }]) ?? '';
      const { changes } = planImport(new Map<string, never>(), parseDocument(format, text));
      expect(changes.map(({ after }) => after?.value)).toEqual([value]);
    },
  );

  it('is read or refused with places, whatever it is', () => {
    const piece = fc.constantFrom(...'{}[]:,"\'`\\\n\t -#&*!=', 'KEY', 'a: ', '$type', 'null', '1');
    fc.assert(
      fc.property(
        fc.array(piece).map((parts) => parts.join('')),
        (text) => {
          const mistakes = mistakesIn(format, text);
          for (const { line, column } of mistakes) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('over the limit is refused', () => {
    expect(() => parseDocument(format, ' '.repeat(limits.importBytesMax + 1))).toThrow(
      expect.objectContaining({ code: 'ROLLCALL_IMPORT_TOO_LARGE' }),
    );
  });
});

const thousandWith: Readonly<Record<DocumentFormat, (index: number) => string>> = {
  env: (bad) => lines((index) => (index === bad ? 'no value here' : `KEY_${index}=${index}`)),
  properties: (bad) => lines((index) => (index === bad ? `key.${index}=\\u00` : `key.${index}=${index}`)),
  json: (bad) =>
    `{\n${lines((index) => `"k${index}": ${index === bad ? 'yes' : index}`)
      .split('\n')
      .join(',\n')}\n}`,
  yaml: (bad) => lines((index) => (index === bad ? `k${index}: "open` : `k${index}: ${index}`)),
};

describe('an import with one bad line among a thousand', () => {
  it.each([
    ['env', 640],
    ['properties', 640],
    ['json', 641],
  ] as const)('of %s names line %d and takes nothing', (format, line) => {
    const mistakes = mistakesIn(format, thousandWith[format](639));
    expect(mistakes.map((mistake) => mistake.line)).toEqual([line]);
    expect(() => parseDocument(format, thousandWith[format](639))).toThrow(
      expect.objectContaining({
        code: 'ROLLCALL_IMPORT_INVALID',
        message: expect.stringMatching(new RegExp(`nothing was imported:\\s+line ${line}, column \\d+`)),
      }),
    );
  });

  it('of yaml names the line where the text no longer fits', () => {
    const [first] = mistakesIn('yaml', thousandWith.yaml(639));
    expect(first?.line).toBeGreaterThanOrEqual(640);
    expect(first?.line).toBeLessThanOrEqual(642);
  });
});

describe('an import', () => {
  it('names several bad lines at once', () => {
    expect(
      mistakesIn('env', 'A=1\n= 2\nB C\nA=3\nbad key=4\n# @type money\nD=5').map(({ line }) => line),
    ).toEqual([2, 3, 4, 5, 6]);
  });

  it.each([
    ['env', "A='open\nB=1", 1, /quote ' is not closed/],
    ['env', 'A="x" y', 1, /something stands behind it/],
    ['env', '# @type number\n\nPOOL=ten', 3, /POOL is no number: "ten" is not a number/],
    ['env', 'spaced key=1', 1, /expected KEY=value/],
    ['json', '{"a b": 1}', 1, /"a b" is not a config key/],
    ['json', '{"a": null}', 1, /"a" has no value/],
    ['json', '[1]', 1, /expected an object/],
    [
      'json',
      '{"a": {"$type": "money", "$value": "1"}}',
      1,
      /\$type of "a" is "money", not one of text, json/,
    ],
    ['json', '{"a": {"$type": "yaml", "$value": 1}}', 1, /\$value of "a" is not a text/],
    ['json', '{"a": {"$type": "yaml", "$value": "x", "b": 1}}', 1, /\$type and \$value only, not "b"/],
    ['json', '{"a": {\n"b": 1}, "a.b": 2}', 2, /the key "a.b" is given twice, first in line 2/],
    ['json', '{"a": {}}', 1, /empty object/],
    ['json', '{"a": {"$type": "json", "$value": "{"}}', 1, /a is no json: /],
    ['yaml', 'a:\n  b:\n', 2, /"a.b" has no value/],
    ['yaml', 'just text', 1, /expected an object/],
    ['properties', 'a b = 1\n@ = 2', 2, /"@" is not a config key/],
  ] as const)('of %s %j is refused', (format, text, line, what) => {
    expect(mistakesIn(format, text)).toContainEqual(
      expect.objectContaining({ line, what: expect.stringMatching(what) }),
    );
  });

  it('reads files as people write them', () => {
    const env =
      '\uFEFFexport HOST=db.internal # remark\r\nPASS=\'a # b\'\r\nKEY="line\\none"\r\nMULTI="a\r\nb"\r\nEMPTY=\r\n';
    expect(Object.fromEntries(parseDocument('env', env).map(({ key, value }) => [key, value]))).toEqual({
      HOST: 'db.internal',
      PASS: 'a # b',
      KEY: 'line\none',
      MULTI: 'a\nb',
      EMPTY: '',
    });
    const yaml = 'limits:\n  maxPool: 10\n  rate: 1.10\nhosts: [a, b]\ndebug: false\nname: x\n';
    expect(parseDocument('yaml', yaml)).toMatchObject([
      { key: 'limits.maxPool', value: '10', contentType: 'number', line: 2 },
      { key: 'limits.rate', value: '1.10', contentType: 'number', line: 3 },
      { key: 'hosts', value: '[\n  "a",\n  "b"\n]', contentType: 'json', line: 4 },
      { key: 'debug', value: 'false', contentType: 'boolean', line: 5 },
      { key: 'name', value: 'x', contentType: 'text', line: 6 },
    ]);
  });

  it('keeps the content type a key has when the file does not say one', () => {
    const current = new Map([['POOL', { contentType: 'number' as const, value: '5' }]]);
    const { changes } = planImport(current, parseDocument('env', 'POOL=7\nNEW=x'));
    expect(changes).toMatchObject([
      { kind: 'added', key: 'NEW', after: { contentType: 'text', value: 'x' } },
      { kind: 'changed', key: 'POOL', before: { value: '5' }, after: { contentType: 'number', value: '7' } },
    ]);
    const wrong = planImport(current, parseDocument('env', 'A=1\nPOOL=seven'));
    expect(wrong.mistakes).toMatchObject([
      { line: 2, what: 'POOL is no number: "seven" is not a number such as 10, -2.5 or 1e6' },
    ]);
  });

  it('deletes what the file does not name only when that is asked for', () => {
    const current = new Map([['A', { contentType: 'text' as const, value: '1' }]]);
    const kinds = (prune: boolean) =>
      planImport(current, parseDocument('env', 'B=1'), { prune }).changes.map(
        ({ kind, key }) => `${kind} ${key}`,
      );
    expect(kinds(false)).toEqual(['added B']);
    expect(kinds(true)).toEqual(['removed A', 'added B']);
  });
});

describe('an export', () => {
  it('to env that cannot hold a value names the key and what to do', () => {
    const value = `all three: ' " \` and \\n`;
    expect(() => printDocument('env', [{ key: 'ODD', contentType: 'text', value }])).toThrow(
      /ROLLCALL_EXPORT_IMPOSSIBLE: the values of "ODD" cannot be written as env. Export as json or yaml/,
    );
    expect(
      parseDocument('yaml', printDocument('yaml', [{ key: 'ODD', contentType: 'text', value }])),
    ).toMatchObject([{ key: 'ODD', value }]);
  });

  it('looks as somebody would have written it', () => {
    const items: KeyedContent[] = [
      { key: 'limits.maxPool', contentType: 'number', value: '10' },
      { key: 'URL', contentType: 'text', value: 'https://a.example/?x=1#y' },
    ];
    expect(printDocument('env', items)).toBe(
      "URL='https://a.example/?x=1#y'\n# @type number\nlimits.maxPool=10\n",
    );
    expect(printDocument('json', items)).toBe(
      '{\n  "URL": "https://a.example/?x=1#y",\n  "limits.maxPool": 10\n}\n',
    );
    expect(printDocument('yaml', items)).toBe('URL: https://a.example/?x=1#y\nlimits.maxPool: 10\n');
    expect(printDocument('properties', items)).toBe(
      'URL = https://a.example/?x=1#y\n# @type number\nlimits.maxPool = 10\n',
    );
  });
});

function lines(line: (index: number) => string): string {
  return Array.from({ length: 1_000 }, (_, index) => line(index)).join('\n');
}

function printed(format: DocumentFormat, items: readonly KeyedContent[]): string | undefined {
  try {
    return printDocument(format, items);
  } catch (error) {
    if (isRollcallError(error, 'ROLLCALL_EXPORT_IMPOSSIBLE') && format === 'env') return undefined;
    throw error;
  }
}

function mistakesIn(
  format: DocumentFormat,
  text: string,
): { readonly line: number; readonly column: number; readonly what: string }[] {
  try {
    parseDocument(format, text);
    return [];
  } catch (error) {
    if (!isRollcallError(error, 'ROLLCALL_IMPORT_INVALID')) throw error;
    return error.details['mistakes'] as never;
  }
}
