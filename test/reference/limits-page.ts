import { readFileSync } from 'node:fs';
import { limits } from '#contracts';

const SOURCE = 'libs/contracts/src/limits.ts';

/** The comment above each limit, by name; one comment may stand above several limits that share it. */
function comments(): Map<string, string> {
  const found = new Map<string, string>();
  let comment = '';
  for (const line of readFileSync(SOURCE, 'utf8').split('\n')) {
    const said = /^ {2}\/\*\* (.+) \*\/$/.exec(line)?.[1];
    const name = /^ {2}(\w+): /.exec(line)?.[1];
    if (said !== undefined) comment = said;
    if (name === undefined) continue;
    found.set(name, comment);
    comment = '';
  }
  return found;
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
