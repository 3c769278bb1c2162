import { readFileSync } from 'node:fs';
import { limits } from '#contracts';

const SOURCE = 'libs/contracts/src/limits.ts';

/** The comment above each limit, by name, in one line. */
function comments(): Map<string, string> {
  const source = readFileSync(SOURCE, 'utf8');
  const commented = source.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n {2}(\w+): /gm);
  return new Map(
    [...commented].map(([, comment = '', name = '']) => [name, comment.replaceAll(/[\s*]+/g, ' ').trim()]),
  );
}

/** Numbers as people read them: 86,400,000. */
const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');

export function renderLimitsPage(): string {
  const said = comments();
  return [
    '# Limits',
    '',
    `<!-- Generated from ${SOURCE} by \`npm run reference\`. Do not edit. -->`,
    '',
    'Every bound of Rollcall. Units stand in the names: `Ms` milliseconds, `Bytes` bytes, `Length` characters (code',
    'points). What is over a bound is refused with an error that names the bound and the value.',
    '',
    '| limit | value | what it bounds |',
    '| --- | ---: | --- |',
    ...Object.entries(limits).map(
      ([name, value]) => `| \`${name}\` | ${grouped(value)} | ${said.get(name) ?? ''} |`,
    ),
    '',
  ].join('\n');
}
