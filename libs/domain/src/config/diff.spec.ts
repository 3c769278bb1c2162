import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diffLines } from './diff.js';

const anyLines = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join('\n'));

const textOf = (before: string, after: string, without: string): string =>
  diffLines(before, after)
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join('\n');

describe('a difference of two texts', () => {
  it('holds both: with what was removed the first, with what was added the second', () => {
    fc.assert(
      fc.property(anyLines, anyLines, (before, after) => {
        expect(textOf(before, after, 'added')).toBe(before);
        expect(textOf(before, after, 'removed')).toBe(after);
      }),
    );
  });

  it('shows a line that changed among lines that did not', () => {
    expect(diffLines('a: 1\nb: 2\nc: 3', 'a: 1\nb: 4\nc: 3')).toEqual([
      { kind: 'same', text: 'a: 1' },
      { kind: 'removed', text: 'b: 2' },
      { kind: 'added', text: 'b: 4' },
      { kind: 'same', text: 'c: 3' },
    ]);
  });

  it('takes a text that is not there for one without lines', () => {
    expect(diffLines(undefined, 'a')).toEqual([{ kind: 'added', text: 'a' }]);
    expect(diffLines('a', undefined)).toEqual([{ kind: 'removed', text: 'a' }]);
  });
});
