/**
 * Brings a clone to where it can run: packages, compiled code, a nats-server. What is there already is left
 * alone, which takes about 0.1 s to find out. No dependency: it runs before there are any.
 */
import { build, buildFresh } from './setup/build.mjs';
import { holdingLock } from './setup/lock.mjs';
import { installPackages, packagesFresh } from './setup/packages.mjs';
import { showing } from './setup/progress.mjs';
import { inRoot } from './setup/root.mjs';
import { SetupError } from './setup/run.mjs';
import { pathToFileURL } from 'node:url';

/** @typedef {'packages' | 'build' | 'broker'} Need each includes those before it */

const steps = {
  packages: { title: 'installing packages (npm ci)', fresh: packagesFresh, work: installPackages },
  build: { title: 'building', fresh: buildFresh, work: build },
};

/**
 * @param {{ needs: Need[] }} options
 * @throws SetupError with a message for people
 */
export async function setUp({ needs }) {
  requireNode();
  if (needs.length > 0) await makeFresh(steps.packages);
  if (needs.includes('build') || needs.includes('broker')) await makeFresh(steps.build);
  if (needs.includes('broker')) await findServer();
}

/** Runs `setUp` for a command line: a failure is printed and ends the process. */
export async function setUpOrExit(options) {
  try {
    await setUp(options);
  } catch (error) {
    if (!(error instanceof SetupError) && error?.name !== 'RollcallError') throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Rollcall needs Node 20.19 or newer (24 is recommended); this is ${process.versions.node}.`,
  );
}

async function makeFresh(step) {
  if (step.fresh()) return;
  await showing(step.title, () => holdingLock(async () => (step.fresh() ? undefined : step.work())));
}

async function findServer() {
  const { findBinary } = await import(pathToFileURL(inRoot('dist/libs/broker/src/index.js')).href);
  const lines = [];
  // Only an installation says anything; a server that is there needs no words.
  await findBinary({ progress: (line) => lines.push(line) && process.stderr.write(`  ${line} …\n`) });
  if (lines.length > 0) process.stderr.write('  ✓ nats-server installed in .cache/nats-server\n');
}
