// npm run bench [-- <name> ...]: builds, then runs compiled benchmarks one after the other. README.md beside this file says
// which options there are, and is what --help prints.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot, root } from '../../apps/launcher/setup/root.mjs';
import { setUpOrExit } from '../../apps/launcher/setup.mjs';
import { runAgainst } from './against.mjs';
import { refuseUncommitted, theCommit } from './commits.mjs';
import { runNode } from './programs.mjs';
import { readWords } from './words.mjs';

const say = (text) => process.stdout.write(`${text}\n`);

const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const { asked, flags, peers, against } = readWords(process.argv.slice(2), names);
if (flags.includes('--help')) {
  say(readFileSync(new URL('README.md', import.meta.url), 'utf8').trim());
  process.exit(0);
}
// What cannot be recorded or compared is said before anything is built.
if (flags.includes('--record')) refuseUncommitted();
const commit = against === undefined ? undefined : theCommit(against, asked);

await setUpOrExit({ needs: ['packages', 'build', 'broker'] });
const memoryGiB = Math.round(totalmem() / 1024 ** 3);
say(
  `${cpus().length} x ${cpus()[0]?.model}, ${memoryGiB} GiB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
const report = inRoot('.cache', 'bench', new Date().toISOString().replaceAll(':', '-').slice(0, 19));
mkdirSync(report, { recursive: true });
const chosen = asked.length > 0 ? asked : names;
const failed =
  commit === undefined ? await runAll() : await runAgainst(commit, { chosen, flags, peers, report });
if (failed.length > 0) say(`\nfailed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);

async function runAll() {
  const startedAtMs = performance.now();
  const unable = [];
  for (const [index, name] of chosen.entries()) {
    say(`\n[${index + 1}/${chosen.length}] ${name}`);
    const sinceMs = performance.now();
    const why = await bench(name);
    if (why !== undefined) unable.push(`${name} (${why})`);
    say(`(${seconds(sinceMs)})`);
  }
  const why = await runNode(['dist/test/bench/report/write.js', `--report=${report}`, ...flags], {
    cwd: root,
  });
  say(`\n${chosen.length} benchmarks in ${seconds(startedAtMs)}`);
  return why === undefined ? unable : [...unable, `report (${why})`];
}

/**
 * Figures that are recorded are taken without a profiler, which slows what it looks at; where they miss a goal, the same
 * benchmark runs once more under it.
 */
async function bench(name) {
  const program = `dist/test/bench/${name}.bench.js`;
  const words = [`--peers=${peers.join(',')}`, ...flags];
  const figures = `--report=${report}`;
  const profiles = `--profiles=${join(report, 'profiles')}`;
  if (!flags.includes('--cpu-prof')) return runNode([program, figures, ...words], { cwd: root });
  if (!flags.includes('--record')) return runNode([program, figures, profiles, ...words], { cwd: root });
  const why = await runNode([program, figures, ...words], { cwd: root });
  if (why !== undefined || !(await missesGoal(name))) return why;
  say(`  ${name} misses a goal: once more, profiled`);
  return runNode([program, profiles, ...words], { cwd: root });
}

async function missesGoal(name) {
  const { goalOf } = await import(pathToFileURL(inRoot('dist/test/bench/report/words.js')).href);
  const kept = join(report, 'sections.jsonl');
  if (!existsSync(kept)) return false;
  const sections = readFileSync(kept, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return sections
    .filter((section) => section.bench === name)
    .some((section) => section.figures.some((figure) => goalOf(figure)?.isMet === false));
}

function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(0)} s`;
}
