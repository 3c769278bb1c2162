import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, errorCatalogue, RollcallError } from '#contracts';
import { exitCodeOf, exitCodes } from './exit-code.js';

describe('exit codes', () => {
  it.each(Object.keys(errorCatalogue) as ErrorCode[])(
    '%s never ends a program as if all were well',
    (code) => {
      expect(Object.values(exitCodes).slice(1)).toContain(exitCodeOf(new RollcallError(code, 'x')));
    },
  );

  it('tell wrong input from a missing broker and from something unforeseen', () => {
    expect(exitCodeOf(new RollcallError('ROLLCALL_RECORD_INVALID', 'x'))).toBe(2);
    expect(exitCodeOf(new RollcallError('ROLLCALL_NOT_FOUND', 'x'))).toBe(4);
    expect(exitCodeOf(new RollcallError('ROLLCALL_BROKER_UNREACHABLE', 'x'))).toBe(5);
    expect(exitCodeOf(new RollcallError('ROLLCALL_BROKER_REFUSED_LOGIN', 'x'))).toBe(7);
    expect(exitCodeOf(new Error('x'))).toBe(1);
    expect(exitCodeOf('thrown text')).toBe(1);
  });
});
