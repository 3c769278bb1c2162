// npm run bench -- <name> --against <commit>: the benchmarks of that commit and of this tree in turns.
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git, harnessChanges, root } from './commits.mjs';
import { onEnd, run, runNode } from './programs.mjs';

const ROUNDS = 3;
/** Small fixtures say little in one round. */
const QUICK_ROUNDS = 5;
const PREPARE_MS_MAX = 5 * 60_000;
/** What is fetched once and serves every commit. */
const SHARED = ['nats-server', 'peers'];

const say = (text) => process.stdout.write(`${text}\n`);

/** Both builds in turns, the first one changing by round. Returns what failed. */
export async function runAgainst(commits, { chosen, flags, peers, report }) {
  const { before, after } = commits;
  const rounds = flags.includes('--quick') ? QUICK_ROUNDS : ROUNDS;
  const tree = join(root, '.cache', 'against');
  const remove = onEnd(() => removeTree(tree));
  try {
    const why = await prepare(tree, before.commit, report);
    if (why !== undefined) return [`the build of ${before.commit} (${why}; see ${report}/build.log)`];
    const sides = { before: { cwd: tree, ...before }, after: { cwd: root, ...after } };
    const changed = chosen.filter((name) => isAnother(name, before.commit));
    // Before the rounds: those of a comparison that is interrupted can still be put together.
    writeFileSync(join(report, 'commits.json'), JSON.stringify({ ...commits, rounds, changed }));
    const failed = [];
    for (const name of chosen) failed.push(...(await compare(name, { sides, rounds, flags, peers, report })));
    const words = ['dist/test/bench/report/write-comparison.js', `--report=${report}`, ...flags];
    const unwritten = await runNode(words, { cwd: root });
    return unwritten === undefined ? failed : [...failed, `report (${unwritten})`];
  } finally {
    remove();
  }
}

/** Each side runs the benchmark of its own commit, so a change of the benchmark looks like one of what it measures. */
function isAnother(name, commit) {
  const changes = harnessChanges(name, commit);
  if (changes.length > 0)
    say(`  ${name}: the benchmark itself changed between the two (${changes.join(', ')})`);
  return changes.length > 0;
}

async function compare(name, { sides, rounds, flags, peers, report }) {
  for (let round = 1; round <= rounds; round += 1) {
    const order = round % 2 === 1 ? ['before', 'after'] : ['after', 'before'];
    for (const side of order) {
      const { cwd, commit } = sides[side];
      const directory = join(report, name, `${side}-${round}`);
      mkdirSync(directory, { recursive: true });
      const log = join(directory, 'output.log');
      const program = `dist/test/bench/${name}.bench.js`;
      const words = [program, `--report=${directory}`, `--peers=${peers.join(',')}`, ...flags];
      const sinceMs = performance.now();
      const why = await runNode(words, { cwd, stdio: outputTo(log) });
      const tookS = ((performance.now() - sinceMs) / 1_000).toFixed(0);
      say(`  ${name}, round ${round} of ${rounds}, ${side} (${commit}): ${why ?? 'done'} (${tookS} s)`);
      if (why !== undefined) return [`${name}, ${side} (${why}; see ${log})`];
    }
  }
  return [];
}

/** The commit in a tree of its own, built; its packages are ours when it locks the same ones. */
async function prepare(tree, commit, report) {
  removeTree(tree);
  git('worktree', 'add', '--detach', '--force', tree, commit);
  const stdio = outputTo(join(report, 'build.log'));
  const isSame = readFileSync(join(root, 'package-lock.json'), 'utf8') === lockOf(tree);
  if (isSame) symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'dir');
  mkdirSync(join(tree, '.cache'), { recursive: true });
  for (const name of SHARED.filter((shared) => existsSync(join(root, '.cache', shared))))
    symlinkSync(join(root, '.cache', name), join(tree, '.cache', name), 'dir');
  const steps = isSame
    ? [['run', 'build']]
    : [
        ['ci', '--no-audit', '--no-fund'],
        ['run', 'build'],
      ];
  for (const words of steps) {
    say(`  commit ${commit}: npm ${words.join(' ')} …`);
    const why = await run(...npm(words), { cwd: tree, stdio, limitMs: PREPARE_MS_MAX });
    if (why !== undefined) return why;
  }
  return undefined;
}

function lockOf(tree) {
  const file = join(tree, 'package-lock.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function npm(words) {
  const path = process.env.npm_execpath;
  return path?.endsWith('.js') ? [process.execPath, [path, ...words]] : ['npm', words];
}

/** Links go first: what they lead to is not the tree's. */
function removeTree(tree) {
  rmSync(join(tree, 'node_modules'), { force: true, recursive: true });
  rmSync(tree, { force: true, recursive: true });
  git('worktree', 'prune');
}

function outputTo(file) {
  mkdirSync(dirname(file), { recursive: true });
  const output = openSync(file, 'a');
  return ['ignore', output, output];
}
