import { describe, expect, it } from '@jest/globals';
import { MsgHdrsImpl } from '@nats-io/nats-core';
import fc from 'fast-check';
import { OutgoingHeaders } from './outgoing-headers.js';

const read = (headers: OutgoingHeaders) => MsgHdrsImpl.decode(headers.encode());

describe('outgoing headers', () => {
  it('arrive as they were said, in any language, on one line and without space around them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (first, second) => {
        const arrived = read(new OutgoingHeaders().put('a', first).put('b', undefined).put('c', second));
        const said = [first, second].map((value) => value.replaceAll(/[\r\n\0]+/g, ' ').trim());
        expect([arrived.get('a'), arrived.has('b'), arrived.get('c')]).toEqual([said[0], false, said[1]]);
      }),
    );
  });

  it('keep what they are added to as it was', () => {
    const once = new OutgoingHeaders().put('a', '1');
    const more = once.with('b: 2\r\n');
    expect([read(more).get('a'), read(more).get('b'), read(once).has('b')]).toEqual(['1', '2', false]);
  });
});
