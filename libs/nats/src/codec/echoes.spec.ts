import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Echoes } from './echoes.js';
import { encodeJson } from './encode.js';

const anyKey = fc.constantFrom('a', 'b', 'c');
const anyStep = fc.record({ key: anyKey, value: fc.jsonValue(), isHeard: fc.boolean() });

describe('an echo', () => {
  it('is what the same bytes would be read as, whoever sent them', () => {
    fc.assert(
      fc.property(fc.array(anyStep), (steps) => {
        const echoes = new Echoes();
        for (const { key, value, isHeard } of steps) {
          const bytes = encodeJson(value);
          if (!isHeard) echoes.sent(key, bytes, value);
          const heard = isHeard ? echoes.heard(key, bytes) : undefined;
          expect(JSON.stringify(heard ?? value)).toBe(JSON.stringify(value));
        }
      }),
    );
  });

  it('is heard once, under its key, and only of the newest that was sent', () => {
    const echoes = new Echoes();
    echoes.sent('a', encodeJson(1), 'first');
    echoes.sent('a', encodeJson(2), 'second');
    expect(echoes.heard('a', encodeJson(1))).toBeUndefined();
    expect(echoes.heard('b', encodeJson(2))).toBeUndefined();
    expect(echoes.heard('a', encodeJson(2))).toBe('second');
    expect(echoes.heard('a', encodeJson(2))).toBeUndefined();
  });

  it('is forgotten when more has been sent than can be under way', () => {
    const echoes = new Echoes();
    for (let index = 0; index <= 1_024; index += 1) echoes.sent(String(index), encodeJson(index), { index });
    expect(echoes.heard('0', encodeJson(0))).toBeUndefined();
    expect(echoes.heard('1', encodeJson(1))).toEqual({ index: 1 });
  });
});
