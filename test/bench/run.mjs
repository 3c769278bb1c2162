// npm run bench [-- <name>] [--quick]: builds, then runs compiled benchmarks one after the other.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { setUpOrExit } from '../../apps/launcher/setup.mjs';

const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const words = process.argv.slice(2);
const asked = words.filter((word) => !word.startsWith('--'));
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark "${unknown.join('", "')}"; there are ${names.join(', ')}\n`);
  process.exit(2);
}

await setUpOrExit({ needs: ['packages', 'build', 'broker'] });
const memoryGiB = Math.round(totalmem() / 1024 ** 3);
process.stdout.write(
  `${cpus().length} x ${cpus()[0]?.model}, ${memoryGiB} GiB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n`,
);
let failed = false;
for (const name of asked.length > 0 ? asked : names) {
  const script = `dist/test/bench/${name}.bench.js`;
  const quick = words.includes('--quick') ? ['--quick'] : [];
  // A larger young generation: a replay makes much garbage that dies at once.
  const flags = ['--expose-gc', '--max-semi-space-size=32'];
  const { status } = spawnSync(process.execPath, [...flags, script, ...quick], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
