import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { run } from './run.mjs';

const lockFile = inRoot('package-lock.json');
/** Inside node_modules, so that it disappears with what it vouches for. */
const stampFile = inRoot('node_modules', '.rollcall-lock');
/** What npm itself notes about an installation when it is complete. */
const installedFile = inRoot('node_modules', '.package-lock.json');

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const stamp = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** Whether node_modules is what package-lock.json says. */
export function packagesFresh() {
  const wanted = stamp();
  if (read(stampFile) === wanted) return true;
  if (!installedAsLocked(read(lockFile), read(installedFile))) return false;
  // Somebody ran npm by hand, with the same result.
  writeFileSync(stampFile, wanted);
  return true;
}

/** Compares the two lock files by version; packages for other platforms may be missing. */
function installedAsLocked(lock, installed) {
  if (installed === '') return false;
  const wanted = JSON.parse(lock).packages;
  const found = JSON.parse(installed).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link === true) return true;
    const there = found[path];
    return there === undefined
      ? entry.optional === true || entry.peer === true
      : there.version === entry.version;
  });
}

export async function installPackages() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  if (npm !== undefined && npm.endsWith('.js')) await run(process.execPath, [npm, ...args], 'npm ci');
  else await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, 'npm ci');
  writeFileSync(stampFile, stamp());
}
