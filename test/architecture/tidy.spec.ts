import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decisionComplaints } from './tidy/decision-rules.js';
import { changelogComplaints, linkComplaints, scriptComplaints } from './tidy/document-rules.js';
import { exceptions } from './tidy/exceptions.js';
import { type Complaint, fileOf, filesBelow, said } from './tidy/repository.js';
import { roomComplaints } from './tidy/room-rules.js';
import { wordComplaints, wordRules } from './tidy/word-rules.js';

const root = process.cwd();
const files = filesBelow(root);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

const isExcepted = ({ rule, place }: Complaint): boolean =>
  (exceptions[rule] ?? []).some((path) => place === path || place.startsWith(`${path}:`));

/** Complaints that no exception covers, in words. */
const open = (complaints: readonly Complaint[]): string[] =>
  complaints.filter((complaint) => !isExcepted(complaint)).map(said);

describe('the house is tidy', () => {
  const words = wordComplaints(files);
  const rooms = roomComplaints(files);

  it.each(wordRules.map(({ rule }) => rule))('%s', (rule) => {
    expect(open(words.filter((complaint) => complaint.rule === rule))).toEqual([]);
  });

  it('every room and app has a door sign that fits one screen', () => {
    expect(open(rooms)).toEqual([]);
  });

  it('every decision record can be read by people and by the index', () => {
    expect(open(decisionComplaints(files))).toEqual([]);
  });

  it('links in documents lead somewhere', () => {
    expect(open(linkComplaints(files))).toEqual([]);
  });

  it('commands in documents exist', () => {
    expect(open(scriptComplaints(files, new Set(Object.keys(scripts))))).toEqual([]);
  });

  it('what changed since the last release can be read', () => {
    expect(open(changelogComplaints(files))).toEqual([]);
  });

  it('no exception is kept that is no longer needed', () => {
    const needed = [...words, ...rooms];
    const stale = Object.entries(exceptions).flatMap(([rule, paths]) =>
      paths.filter(
        (path) =>
          !needed.some(
            (found) =>
              found.rule === rule &&
              isExcepted({ ...found, rule: found.rule }) &&
              found.place.startsWith(path),
          ),
      ),
    );
    expect(stale).toEqual([]);
  });
});

describe('each rule bites', () => {
  // Put together here, or this file would break the rule it tests.
  const registryHost = ['registry', 'npmjs', 'org'].join('.');
  const broken = (path: string, text: string) => wordComplaints([fileOf(path, text)]).map(({ rule }) => rule);

  it.each([
    ['libs/a/src/b.ts', '// TODO tidy up', 'nothing is left for later in a comment'],
    ['libs/a/src/b.spec.ts', "it.only('x', () => {});", 'no test is skipped or runs alone'],
    ['test/e2e/b.spec.ts', "describe.skip('x', () => {});", 'no test is skipped or runs alone'],
    ['test/e2e/b.spec.ts', 'jest.retryTimes(3);', 'no test is tried again until it passes'],
    ['docs/a.md', `from https://${registryHost}/x`, 'no registry or archive is named by its host'],
    ['apps/a/src/b.ts', "read('/home/me/x')", 'no path of one machine'],
    ['libs/client/src/b.ts', 'const x = process.env.X;', 'the environment is read where settings are read'],
    ['libs/a/src/b.ts', '  readonly timeout?: number;', 'a time says its unit'],
    ['libs/a/src/b.ts', '  #renewInterval: number;', 'a time says its unit'],
    ['libs/a/src/b.ts', '  leaseTtl: number;', 'a time says its unit'],
  ])('in %s: %s', (path, text, rule) => {
    expect(broken(path, text)).toEqual([rule]);
  });

  it.each([
    ['libs/broker/src/b.ts', 'const x = process.env.X;'],
    ['libs/client/src/b.ts', '   * usually `process.env`.'],
    ['libs/a/src/b.ts', '  readonly timeoutMs?: number;'],
    ['libs/a/src/b.ts', '    timeout: limits.readTimeoutMs,'],
    ['libs/a/src/b.ts', '  // in the workshop at home/root'],
  ])('but not in %s: %s', (path, text) => {
    expect(broken(path, text)).toEqual([]);
  });

  it('on a room without a sign, or with a long one', () => {
    const sign = (lines: number) => fileOf('libs/a/README.md', 'line\n'.repeat(lines));
    const code = fileOf('libs/a/src/index.ts', '');
    expect(roomComplaints([code]).map(said)).toEqual([
      expect.stringMatching(/^libs\/a: every room has a door sign\. Write/),
    ]);
    expect(roomComplaints([code, sign(60)])).toEqual([]);
    expect(roomComplaints([code, sign(61)]).map(({ rule }) => rule)).toEqual(['a door sign fits one screen']);
    expect(
      roomComplaints([fileOf('apps/examples/a/src/main.ts', ''), fileOf('apps/b/start.mjs', '')]),
    ).toHaveLength(2);
  });

  it('on a link to nowhere, a heading that is not there and a command that does not exist', () => {
    const page = fileOf(
      'docs/a.md',
      '[x](./none.md) [y](#head) [z](#none) [w](https://a.example)\n\n# Head\n\n`npm run fly`, `npm run test`',
    );
    expect(linkComplaints([page]).map(({ remedy }) => remedy)).toEqual([
      'There is no docs/none.md',
      'There is no docs/a.md',
      'There is no docs/a.md',
    ]);
    const real = fileOf('package.json', '');
    const other = fileOf('x.md', '[a](package.json#none)');
    expect(linkComplaints([other, real]).map(({ remedy }) => remedy)).toEqual([
      'package.json has no heading for #none',
    ]);
    expect(scriptComplaints([page], new Set(['test'])).map(({ remedy }) => remedy)).toEqual([
      'package.json has no script "fly"',
    ]);
  });

  it('on a changelog without room for the next change', () => {
    expect(changelogComplaints([fileOf('CHANGELOG.md', '# Changelog\n')])).toHaveLength(1);
    expect(changelogComplaints([fileOf('CHANGELOG.md', '# Changelog\n\n## Unreleased\n')])).toEqual([]);
  });

  it.each([
    ['no heading', 'Title'],
    ['another number', '# 0002 Title'],
    ['no date', '# 0001 Title\n\n| Status | accepted |'],
    ['a status of its own', '# 0001 Title\n\n| Date | 2026-01-01 |\n| Status | maybe |'],
    ['no tags', '# 0001 Title\n\n| Date | 2026-01-01 |\n| Status | accepted |'],
    ['no server version', '# 0001 Title\n\n| Date | 2026-01-01 |\n| Status | accepted |\n| Tags | a |'],
    [
      'no consequences',
      '# 0001 Title\n\n| Date | 2026-01-01 |\n| Status | accepted |\n| Tags | a |\n| Needs nats-server | any |\n\n## Context\n\n## Decision',
    ],
  ])('on a decision with %s', (_what, text) => {
    expect(decisionComplaints([fileOf('docs/decisions/0001-title.md', text)])).toHaveLength(1);
  });
});
