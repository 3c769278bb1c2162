import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRollcallError } from '#contracts';
import { meetsRequirement, parseSelector } from './selector.js';

type Labels = Record<string, string>;

/** One requirement as a person may write it, and what it means, in the dumbest words. */
interface Written {
  readonly text: string;
  readonly holds: (labels: Labels) => boolean;
}

const anyKey = fc.constantFrom('team', 'tier', 'in', 'notin', 'constructor', 'a.b/c-d_e', 'x');
const anyValue = fc.constantFrom(
  'a',
  'b',
  'test',
  '',
  '7',
  '-3',
  '12',
  'in',
  'a b',
  'a,b',
  '"',
  '\\',
  '(x)',
  '👍',
);
const blank = fc.constantFrom('', ' ', '  ', '\t');

const written = (value: string): string =>
  /[\s,()=!<>"]/.test(value) ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : value;

const anySet = (word: 'in' | 'notin'): fc.Arbitrary<Written> =>
  fc.tuple(anyKey, fc.array(anyValue, { minLength: 1, maxLength: 4 }), blank).map(([key, values, gap]) => ({
    text: `${key} ${word}${gap}(${values.map((value) => gap + written(value)).join(`${gap},`)}${gap})`,
    holds: (labels) => {
      let found = false;
      for (const [name, value] of Object.entries(labels)) {
        if (name === key) for (const wanted of values) if (wanted === value) found = true;
      }
      return word === 'in' ? found : !found;
    },
  }));

const anyEquality = fc
  .tuple(anyKey, fc.constantFrom('=', '==', '!='), anyValue, blank)
  .map(([key, sign, value, gap]): Written => ({
    text: `${gap}${key}${gap}${sign}${gap}${written(value)}`,
    holds: (labels) => {
      const pairs = Object.entries(labels).map(([name, held]) => JSON.stringify([name, held]));
      return pairs.includes(JSON.stringify([key, value])) === (sign !== '!=');
    },
  }));

const anyExistence = fc.tuple(anyKey, fc.boolean(), blank).map(([key, wanted, gap]): Written => ({
  text: `${gap}${wanted ? '' : `!${gap}`}${key}${gap}`,
  holds: (labels) => Object.keys(labels).includes(key) === wanted,
}));

const anyBound = fc
  .tuple(anyKey, fc.constantFrom('<', '>'), fc.integer({ min: -20, max: 20 }))
  .map(([key, sign, bound]): Written => ({
    text: `${key}${sign}${bound}`,
    holds: (labels) => {
      const [, held] = Object.entries(labels).find(([name]) => name === key) ?? [];
      if (held === undefined || !['7', '-3', '12'].includes(held)) return false;
      return sign === '<' ? Number(held) < bound : Number(held) > bound;
    },
  }));

const anyWritten = fc.oneof(anySet('in'), anySet('notin'), anyEquality, anyExistence, anyBound);
const anyLabels = fc.dictionary(anyKey, anyValue, { maxKeys: 4, noNullPrototype: true });

describe('a selector', () => {
  it('means what a dumb reading of it means, however it is spaced and quoted', () => {
    fc.assert(
      fc.property(fc.array(anyWritten, { minLength: 1, maxLength: 4 }), anyLabels, (all, labels) => {
        const requirements = parseSelector(all.map(({ text }) => text).join(','));
        const meets = requirements.every((requirement) => meetsRequirement(labels, requirement));
        expect(meets).toBe(all.every(({ holds }) => holds(labels)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is either read or refused with the place of the mistake, whatever the text is', () => {
    const piece = fc.constantFrom(
      'team',
      ' in ',
      '(',
      ')',
      ',',
      '=',
      '!',
      '!=',
      '"',
      '\\',
      '<',
      '>',
      'a',
      ' ',
      '5',
      '\0',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const position = mistakeIn(text);
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(text.length + 1);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['team in (a,b', 13, '"," or ")"'],
    ['team in a', 9, '"("'],
    ['team within (a)', 6, 'one of = == != in notin < > or ","'],
    ['team,,tier', 6, 'a metadata key'],
    ['', 1, 'a metadata key'],
    ['-team', 1, 'a metadata key'],
    ['a=b c', 5, '"," or the end'],
    ['a="b', 5, 'a closing quote'],
    ['n>many', 3, 'a whole number'],
    ['a=b,', 5, 'a metadata key'],
  ])('%j is refused at character %d: expected %s', (text, position, expected) => {
    expect(() => parseSelector(text)).toThrow(
      expect.objectContaining({
        code: 'ROLLCALL_FILTER_INVALID',
        details: { parameter: 'selector', position, expected },
      }),
    );
  });

  it('of very many requirements is refused', () => {
    expect(() => parseSelector(Array.from({ length: 65 }, (_, index) => `k${index}`).join(','))).toThrow(
      /at most 64/,
    );
    expect(() => parseSelector(`k in (${'v,'.repeat(70)}v)`)).toThrow(/at most 64/);
  });

  it('shows the part of a long text that is wrong', () => {
    const text = `${'k'.repeat(100)}, team in (a`;
    expect(() => parseSelector(text)).toThrow(/cannot be read at character 113, its end/);
    expect(() => parseSelector(text)).toThrow(/k, team in \(a/);
  });
});

/** Where the text is refused; 0 when it is read. Anything but a catalogue error is thrown on. */
function mistakeIn(text: string): number {
  try {
    parseSelector(text);
    return 0;
  } catch (error) {
    if (!isRollcallError(error, 'ROLLCALL_FILTER_INVALID')) throw error;
    return error.details['position'] as number;
  }
}
