import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText } from './clean-text.js';

describe('a clean text', () => {
  it.each([
    ['plain', 'plain'],
    ['a\0b', 'a\uFFFDb'],
    ['\uD83D', '\uFFFD'],
    ['\uDC4D\uD83D', '\uFFFD\uFFFD'],
    ['whole \u{1F44D}', 'whole \u{1F44D}'],
  ])('of %j is %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  it('is Unicode without NUL, and as long as the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('\uD83D', '\uDC4D', '\0', 'a') }),
        (left, right) => {
          const clean = cleanText(left + right);
          expect(clean).toHaveLength(left.length + right.length);
          expect(clean).not.toContain('\0');
          expect(Buffer.from(clean).toString()).toBe(clean);
        },
      ),
    );
  });
});
