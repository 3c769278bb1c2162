import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { isAlive, startMark } from './process-facts.js';

/** The process that started a broker. While it lives, nobody else may adopt or stop that broker. */
interface Owner {
  readonly pid: number;
  readonly startMark: string | null;
}

/**
 * Makes this process the owner of a data directory.
 * @returns null, or the pid of the live process that owns it.
 */
export async function claimOwnership(file: string): Promise<number | null> {
  const mine: Owner = { pid: process.pid, startMark: await startMark(process.pid) };
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
  try {
    return await claim(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** A link appears with its content or not at all, and only one of several claimants can make it. */
async function claim(draft: string, file: string): Promise<number | null> {
  for (;;) {
    try {
      await link(draft, file);
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = await readOwner(file);
    if (found !== null && (await isRunning(found))) return found.pid;
    await rm(file, { force: true });
  }
}

export async function releaseOwnership(file: string): Promise<void> {
  const found = await readOwner(file);
  if (found?.pid === process.pid) await rm(file, { force: true });
}

async function readOwner(file: string): Promise<Owner | null> {
  try {
    const found = JSON.parse(await readFile(file, 'utf8')) as Partial<Owner>;
    return typeof found.pid === 'number' ? { pid: found.pid, startMark: found.startMark ?? null } : null;
  } catch {
    return null;
  }
}

async function isRunning(owner: Owner): Promise<boolean> {
  return isAlive(owner.pid) && (await startMark(owner.pid)) === owner.startMark;
}
