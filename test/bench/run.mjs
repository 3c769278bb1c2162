// npm run bench [-- <name> ...]: builds, then runs compiled benchmarks one after the other. README.md beside this file says
// which options there are, and is what --help prints.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { inRoot, root } from '../../apps/launcher/setup/root.mjs';
import { setUpOrExit } from '../../apps/launcher/setup.mjs';

const PEERS = ['nats', 'etcd', 'consul', 'zookeeper'];

const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const { asked, flags, peers } = readWords(process.argv.slice(2));
if (flags.includes('--help')) {
  say(readFileSync(new URL('README.md', import.meta.url), 'utf8').trim());
  process.exit(0);
}
refuseUnknown(asked, names, 'benchmark');
refuseUnknown(peers, PEERS, 'peer');
refuseUnknown(flags, ['--quick', '--record', '--cpu-prof', '--help'], 'option');

await setUpOrExit({ needs: ['packages', 'build', 'broker'] });
const memoryGiB = Math.round(totalmem() / 1024 ** 3);
say(
  `${cpus().length} x ${cpus()[0]?.model}, ${memoryGiB} GiB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
const report = inRoot('.cache', 'bench', new Date().toISOString().replaceAll(':', '-').slice(0, 19));
mkdirSync(report, { recursive: true });
const failed = [];
const chosen = asked.length > 0 ? asked : names;
for (const [index, name] of chosen.entries()) {
  say(`\n[${index + 1}/${chosen.length}] ${name}`);
  const startedAtMs = performance.now();
  const words = [`--report=${report}`, `--peers=${peers.join(',')}`, ...flags];
  if (!node([`dist/test/bench/${name}.bench.js`, ...words])) failed.push(name);
  say(`(${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s)`);
}
node(['dist/test/bench/report/write.js', `--report=${report}`, ...flags]);
if (failed.length > 0) say(`\nfailed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);

/** Runs a compiled program. A larger young generation: a replay makes much garbage that dies at once. */
function node(words) {
  const nodeFlags = ['--expose-gc', '--max-semi-space-size=32'];
  return spawnSync(process.execPath, [...nodeFlags, ...words], { stdio: 'inherit', cwd: root }).status === 0;
}

function readWords(words) {
  const asked = [];
  const flags = [];
  let peers = PEERS;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === '--peers') peers = (words[(index += 1)] ?? '').split(',').filter(Boolean);
    else if (word.startsWith('--peers=')) peers = word.slice('--peers='.length).split(',').filter(Boolean);
    else (word.startsWith('--') ? flags : asked).push(word);
  }
  return { asked, flags, peers };
}

function refuseUnknown(words, known, what) {
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length === 0) return;
  process.stderr.write(`there is no ${what} "${unknown.join('", "')}"; there are ${known.join(', ')}\n`);
  process.exit(2);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
