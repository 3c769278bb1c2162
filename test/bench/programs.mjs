import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A larger young generation: a replay makes much garbage that dies at once. */
const NODE_FLAGS = ['--expose-gc', '--max-semi-space-size=32'];
/** No benchmark takes half of it; one that does not end would hold up all that follow. */
export const BENCH_MS_MAX = 10 * 60_000;
const KILL_MS = 5_000;

const running = new Set();
const cleanUps = new Set();

/** What must be undone however this process ends. Returns how to do it now. */
export function onEnd(work) {
  const once = () => cleanUps.delete(once) && work();
  cleanUps.add(once);
  return once;
}

/**
 * Runs a program, and ends it with all that it started when it takes too long; what one that fails has left running would slow
 * all that follow, so it goes too.
 * @returns {Promise<string | undefined>} why it failed, if it did
 */
export function run(command, words, { cwd, stdio = 'inherit', limitMs = BENCH_MS_MAX, env = process.env }) {
  return new Promise((resolve) => {
    // A group of its own, so that its servers and clients end with it.
    const child = spawn(command, words, { cwd, stdio, env, detached: true });
    running.add(child);
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      endGroup(child, 'SIGTERM');
      setTimeout(() => endGroup(child, 'SIGKILL'), KILL_MS).unref();
    }, limitMs);
    const end = (why) => {
      clearTimeout(late);
      running.delete(child);
      resolve(why);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => {
      if (isLate) end(`it did not end within ${limitMs / 60_000} minutes`);
      else end(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`);
      if (code !== 0) endGroup(child, 'SIGKILL');
    });
  });
}

/**
 * Runs a compiled benchmark, or what puts its report together. Its temporary files lie in a folder of its own: who is killed
 * removes nothing, and a journal of a million events is large.
 */
export async function runNode(words, options) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  // PostgreSQL refuses to run as root: another user must be able to pass.
  chmodSync(folder, 0o711);
  // A server that was told to end just now may still write.
  const remove = onEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  try {
    const env = { ...process.env, TMPDIR: folder };
    return await run(process.execPath, [...NODE_FLAGS, ...words], { ...options, env });
  } finally {
    remove();
  }
}

function endGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

for (const [signal, code] of [
  // A closed terminal tells this process alone: the groups of the others are not its own.
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => process.exit(code));
}
process.once('exit', () => {
  for (const child of running) endGroup(child, 'SIGKILL');
  for (const undo of cleanUps) undo();
});
