import { describe, expect, it } from '@jest/globals';
import { headerIn } from './header-block.js';

const block =
  'NATS/1.0\r\nnote: x\nce-type: forged\r\nce-typed: no\r\nabout: ce-type: no\r\nce-type: true\r\n\r\n';

describe('a header block', () => {
  it('gives the value of a header by its whole name', () => {
    expect(headerIn(block, 'ce-typed')).toBe('no');
    expect(headerIn(block, 'about')).toBe('ce-type: no');
    expect(headerIn(block, 'ce')).toBeUndefined();
  });

  it('takes no line of a value for a header: only CR LF ends one', () => {
    expect(headerIn(block, 'ce-type')).toBe('true');
    expect(headerIn('NATS/1.0\r\nnote: x\nce-type: forged\r\n\r\n', 'ce-type')).toBeUndefined();
  });
});
