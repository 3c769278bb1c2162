import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from './root.mjs';

const directory = inRoot('.cache', 'setup.lock');
const holderFile = inRoot('.cache', 'setup.lock', 'pid');
const POLL_MS = 200;

/** Lets one process at a time install or build here: `npm start` and `npm test` may be called together. */
export async function holdingLock(work) {
  mkdirSync(inRoot('.cache'), { recursive: true });
  let unknownSince = null;
  while (!take()) {
    const holder = readHolder();
    // Whoever has just made the directory needs a moment to sign it.
    unknownSince = holder === null ? (unknownSince ?? Date.now()) : null;
    const abandoned = holder === null ? Date.now() - unknownSince > 2_000 : !isAlive(holder);
    if (abandoned) rmSync(directory, { recursive: true, force: true });
    else await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function take() {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(holderFile, String(process.pid));
  return true;
}

function readHolder() {
  try {
    return Number(readFileSync(holderFile, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
