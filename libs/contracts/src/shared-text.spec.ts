import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SharedTexts } from './shared-text.js';

describe('texts that are kept once', () => {
  it('are equal to what was given, and never more than so many', () => {
    const texts = new SharedTexts(3);
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'grapheme' }), (text) => {
        expect(texts.share(text)).toBe(text);
        expect(texts.size).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('remember neither what is long, nor what is short enough to be kept once anyway', () => {
    const texts = new SharedTexts(3);
    texts.share('x'.repeat(257));
    texts.share('x'.repeat(10));
    expect(texts.size).toBe(0);
    texts.share('registry.example/orders:1.4');
    texts.share(['registry.example', 'orders:1.4'].join('/'));
    expect(texts.size).toBe(1);
  });

  it('are copied when they are kept, and when they are too long to be', () => {
    const copied: string[] = [];
    const texts = new SharedTexts(3, (text) => {
      copied.push(text);
      return text;
    });
    const [kept, long] = ['registry.example/orders:1.4', 'x'.repeat(257)];
    for (const text of [kept, kept, long, long]) expect(texts.share(text)).toBe(text);
    expect(copied).toEqual([kept, long, long]);
    expect(texts.size).toBe(1);
  });
});
