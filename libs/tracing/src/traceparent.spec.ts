import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currentTraceparent, formatTraceparent, parseTraceparent } from './traceparent.js';

const hex = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
    .filter((text) => /[^0]/.test(text));

describe('traceparent', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.constantFrom(0, 1), (traceId, spanId, traceFlags) => {
        const text = formatTraceparent({ traceId, spanId, traceFlags });
        expect(parseTraceparent(text)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
      }),
    );
  });

  it('takes anything else for no trace', () => {
    const trace = 'a'.repeat(32);
    const span = 'b'.repeat(16);
    const wrong = [
      undefined,
      '',
      'x',
      `00-${'0'.repeat(32)}-${span}-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `ff-${trace}-${span}-01`,
      `00-${trace}-${span}-01-more`,
      `00-${trace.toUpperCase()}-${span}-01`,
    ];
    for (const text of wrong) expect(parseTraceparent(text)).toBe(undefined);
    expect(parseTraceparent(`01-${trace}-${span}-01-more`)).toMatchObject({ traceId: trace });
    fc.assert(fc.property(fc.string(), (noise) => expect(parseTraceparent(noise)).toBe(undefined)));
  });

  it('is absent outside of a trace', () => {
    expect(currentTraceparent()).toBe(undefined);
  });
});
