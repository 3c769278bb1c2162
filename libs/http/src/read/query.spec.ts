import { describe, expect, it } from '@jest/globals';
import { booleanParameter, checkQueryNames, sequenceParameter, textParameter } from './query.js';

describe('query parameters', () => {
  it('that nobody reads are refused by name', () => {
    expect(() => checkQueryNames({ all: 'true' }, ['all'])).not.toThrow();
    expect(() => checkQueryNames({ al: 'true', all: 'true', x: '1' }, ['all', 'atLeast'])).toThrow(
      'unknown parameter "al", "x"; allowed is all, atLeast',
    );
    expect(() => checkQueryNames({ x: '1' }, [])).toThrow('none is allowed here');
  });

  it('of yes and no are true, false or left out', () => {
    expect(['true', '', 'false', undefined].map((all) => booleanParameter({ all }, 'all'))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    for (const all of ['1', 'yes', ['true', 'true']]) {
      expect(() => booleanParameter({ all }, 'all')).toThrow('ROLLCALL_QUERY_INVALID');
    }
  });

  it('of positions are whole numbers', () => {
    expect(sequenceParameter({}, 'atLeast')).toBeUndefined();
    expect(sequenceParameter({ atLeast: '12' }, 'atLeast')).toBe(12);
    for (const atLeast of [
      '-1',
      '1.5',
      '1e3',
      '',
      'abc',
      '99999999999999999999',
      '9007199254740993',
      ['1', '2'],
    ]) {
      expect(() => sequenceParameter({ atLeast }, 'atLeast')).toThrow('ROLLCALL_SEQUENCE_INVALID');
    }
  });

  it('of text are bounded and given once', () => {
    expect(textParameter({ reason: 'why' }, 'reason', 3)).toBe('why');
    expect(() => textParameter({ reason: 'why?' }, 'reason', 3)).toThrow(
      'has 4 characters, at most 3 are allowed',
    );
    expect(() => textParameter({ reason: ['a', 'b'] }, 'reason', 3)).toThrow('is given twice');
  });
});
