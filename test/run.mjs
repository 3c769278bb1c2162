/**
 * `npm test`: sets up what it needs and runs everything. `npm run check` (`--check`): the quick inner loop, without
 * what needs a server or a build. Other arguments go to jest, and then only jest runs: `npm test -- lease`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inRoot, root } from '../apps/launcher/setup/root.mjs';
import { setUpOrExit } from '../apps/launcher/setup.mjs';

const quick = process.argv.includes('--check');
const jestArguments = process.argv.slice(2).filter((argument) => argument !== '--check');

const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const reports = mkdtempSync(join(tmpdir(), 'rollcall-jest-'));

/**
 * The settings of a shell must not lead a test to somebody's broker. Only those that say where to get a
 * nats-server, or name a PostgreSQL for tests, are kept.
 */
const KEPT_SETTINGS = new Set([
  'NATS_SERVER_BIN',
  'ROLLCALL_NATS_RELEASE_URL',
  'ROLLCALL_NATS_SHA256',
  'ROLLCALL_TEST_POSTGRES',
]);
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NATS|ROLLCALL)_/.test(name) || KEPT_SETTINGS.has(name)),
);
environment.PATH = `${inRoot('node_modules', '.bin')}${delimiter}${process.env.PATH}`;

const jest = (project, ...more) => ({
  name: `${project} tests`,
  script: 'jest',
  report: join(reports, `${project}.json`),
  arguments: ['--selectProjects', project, '--passWithNoTests', ...more, ...jestArguments],
});

/** These need nothing but packages, and run two at a time. */
const checks = [
  { name: 'types', script: 'types' },
  jest('unit', '--maxWorkers=1'),
  { name: 'lint', script: 'lint' },
  { name: 'format', script: 'format:check' },
  { name: 'walls', script: 'walls' },
  { name: 'dead code', script: 'dead' },
];
/**
 * These share the machine with servers and processes of their own, so each step has it for itself. A test that failed
 * may have left a process behind, which must not keep the run from ending: it dies with jest.
 */
const trials = [
  jest('integration', '--maxWorkers=2'),
  jest('e2e', '--maxWorkers=2', '--forceExit'),
  jest('trial', '--runInBand', '--forceExit'),
];

const running = new Set();

const say = (text) => process.stdout.write(`${text}\n`);

/** Runs one script of package.json without npm in between. Output is shown at once, or when it failed. */
function runStep(step, live) {
  const since = Date.now();
  const words = [scripts[step.script], ...(step.arguments ?? []).map((word) => JSON.stringify(word))];
  if (step.report !== undefined) words.push('--json', `--outputFile=${JSON.stringify(step.report)}`);
  return new Promise((resolve) => {
    const child = spawn(words.join(' '), {
      cwd: root,
      env: environment,
      shell: true,
      // jest reports on standard error, and its results once more as JSON on standard output.
      stdio: ['ignore', live ? 'ignore' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      running.delete(child);
      resolve({ step, ok: code === 0, output, tookMs: Date.now() - since, ...counts(step) });
    });
  });
}

/** A test file that could not even be loaded counts as one failed test. */
function counts(step) {
  if (step.report === undefined) return { passed: 0, failed: 0, skipped: 0 };
  try {
    const report = JSON.parse(readFileSync(step.report, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function describe({ step, ok, tookMs, passed, failed, skipped }) {
  const numbers = [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  const tests = step.report === undefined ? '' : numbers.join(', ');
  return `  ${ok ? '✓' : '✗'} ${step.name.padEnd(18)}${`${(tookMs / 1000).toFixed(1)} s`.padStart(8)}  ${tests}`.trimEnd();
}

async function runTogether(steps, width) {
  const waiting = [...steps];
  const results = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step, false);
      results.push(result);
      say(describe(result));
      if (!result.ok) say(`\n${result.output.trim()}\n`);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

async function runAlone(steps) {
  const results = [];
  for (const step of steps) {
    say(`\n${step.name}`);
    const result = await runStep(step, true);
    results.push(result);
    say(describe(result));
  }
  return results;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    rmSync(reports, { recursive: true, force: true });
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

const since = Date.now();
say('setting up');
await setUpOrExit({ needs: quick ? ['packages'] : ['packages', 'build', 'broker'] });

const onlyJest = jestArguments.length > 0;
say('\nchecks');
const chosen = onlyJest ? checks.filter((step) => step.report !== undefined) : checks;
const results = await runTogether(chosen, Math.min(2, availableParallelism()));
if (!quick) results.push(...(await runAlone(trials)));
rmSync(reports, { recursive: true, force: true });

const sum = (field) => results.reduce((total, result) => total + result[field], 0);
// A check that fails has no tests to count, and still is a failure.
const broken = results.filter((result) => !result.ok && result.failed === 0);
say(`\nran in ${((Date.now() - since) / 1000).toFixed(1)} s`);
for (const result of results) say(describe(result));
if (broken.length > 0) say(`\nfailed: ${broken.map((result) => result.step.name).join(', ')}`);
say(`\n${sum('passed')} passed, ${sum('failed') + broken.length} failed`);
process.exitCode = results.every((result) => result.ok) ? 0 : 1;
