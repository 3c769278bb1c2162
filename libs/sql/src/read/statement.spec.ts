import { describe, expect, it } from '@jest/globals';
import { checkStatement } from './statement.js';

describe('a statement', () => {
  it.each([
    ['select 1', 'select 1'],
    ['  SELECT 1 ;; ', 'SELECT 1'],
    ['-- who is there\nselect 1 /* all; of; them */;', 'select 1'],
    ["select ';', '--', \"a;b\"", "select ';', '--', \"a;b\""],
    ['with x as (select 1) select * from x', 'with x as (select 1) select * from x'],
    ['explain select 1', 'explain select 1'],
  ])('%j is read as %j', (text, statement) => {
    expect(checkStatement(text)).toBe(statement);
  });

  it.each([
    '',
    ' ; ',
    '-- nothing',
    'selection',
    'delete from events',
    "/* select */ drop table 'x'",
    'select 1; select 2',
    "select 1;'",
    'pragma x',
  ])('%j is refused', (text) => {
    expect(() => checkStatement(text)).toThrow(expect.objectContaining({ code: 'ROLLCALL_SQL_INVALID' }));
  });
});
