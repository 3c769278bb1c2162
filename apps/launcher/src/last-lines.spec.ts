import { expect, it } from '@jest/globals';
import { LastLines } from './last-lines.js';

it('keeps the last lines of what arrives in any pieces', () => {
  const last = new LastLines(2);
  for (const chunk of ['one\ntw', 'o\nthree', '\nfour']) last.add(chunk);
  expect(String(last)).toBe('  two\n  three\n  four');
  last.add('x'.repeat(100_000));
  expect(String(last).length).toBeLessThan(5_000);
});
