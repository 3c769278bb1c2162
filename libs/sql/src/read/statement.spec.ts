import { describe, expect, it } from '@jest/globals';
import { checkStatement } from './statement.js';

describe('a statement', () => {
  it.each([
    ['select 1', 'select 1'],
    ['  SELECT 1 ;; ', '  SELECT 1'],
    ['-- who\nselect 1 /* all; of; them */;', '      \nselect 1'],
    ['select /* a\nb */ 1', 'select     \n     1'],
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
    "select writefile('/tmp/x', 'y')",
    'select "WriteFile"(\'/tmp/x\', 1)',
    "select [readfile]('/etc/passwd')",
    "select 1 as [it's], readfile('x') as [it's]",
    "select load_extension('x')",
    "select lo_export(1, '/tmp/x')",
    "select pg_read_file('/etc/passwd')",
    'select pg_terminate_backend(1)',
    "select query_to_xml('delete from events', true, true, '')",
    "select set_config('transaction_read_only', 'off', true)",
    'select U&"\\006co_export"(1)',
  ])('%j is refused', (text) => {
    expect(() => checkStatement(text)).toThrow(expect.objectContaining({ code: 'ROLLCALL_SQL_INVALID' }));
  });
});
