import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { refuse } from './words.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a benchmark consists of, beside its own file: what else it measures with, or on. */
const HARNESS = [
  'test/bench',
  'test/e2e/fixtures',
  'test/integration/client',
  'test/integration/sql',
  'libs/testkit',
];
/** The other benchmarks, what runs both sides alike, and what tells of both: */
const NO_HARNESS = ['test/bench/*.bench.ts', 'test/bench/*.mjs', 'test/bench/report/*', '*.spec.ts', '*.md'];
/** and what is still a part of each. */
const harnessOf = (name) =>
  [`${name}.bench`, 'report/report', 'report/words'].map((path) => `test/bench/${path}.ts`);

const say = (text) => process.stdout.write(`${text}\n`);
export const git = (...words) =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();

/** The commit that is meant; ends the process with a message when it cannot be compared with. */
export function theCommit(word, asked) {
  const hash = tried('rev-parse', '--verify', '--quiet', '--end-of-options', `${word}^{commit}`);
  if (hash === undefined)
    refuse(
      `there is no commit "${word}" here; give a hash, a branch or a tag (git log --oneline shows them)`,
    );
  const has = tried('ls-tree', '--name-only', hash, 'test/bench/')?.split('\n') ?? [];
  const known = has.flatMap((path) => /^test\/bench\/([\w-]+)\.bench\.ts$/.exec(path)?.[1] ?? []);
  const absent = asked.filter((name) => !known.includes(name));
  if (absent.length > 0)
    refuse(
      `commit ${hash.slice(0, 10)} has no benchmark "${absent.join('", "')}"; it has ${known.join(', ') || 'none'}`,
    );
  const isChanged = uncommitted() !== '';
  if (isChanged) say('there are changes that are not committed: "after" is the commit with them');
  return {
    before: { commit: hash.slice(0, 10), subject: git('log', '-1', '--format=%s', hash) },
    after: {
      commit: `${git('rev-parse', '--short=10', 'HEAD')}${isChanged ? ' with changes' : ''}`,
      subject: git('log', '-1', '--format=%s'),
    },
  };
}

function tried(...words) {
  try {
    return git(...words);
  } catch {
    return undefined;
  }
}

/** What is not committed, a line a file; a record is itself no reason against the next one. */
const uncommitted = () => tried('status', '--porcelain', '--', '.', ':(exclude)docs/reference') ?? '';

/** Ends the process with a message when nobody could repeat what is to be recorded. */
export function refuseUncommitted() {
  const changes = uncommitted();
  if (changes !== '')
    refuse(
      `--record wants a commit that others can measure again, and these changes are in none:\n${changes}\nCommit them or put them away (git stash -u), or leave out --record`,
    );
}

/** The files of a benchmark that are not what they are in a commit. */
export function harnessChanges(name, commit) {
  const others = NO_HARNESS.map((pattern) => `:(exclude)${pattern}`);
  const changed = (...paths) => git('diff', '--name-only', commit, '--', ...paths);
  const files = [changed(...harnessOf(name)), changed(...HARNESS, ...others)];
  return files.flatMap((lines) => lines.split('\n')).filter(Boolean);
}
