import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commandLine, isAlive } from './process-facts.js';
import type { BrokerFiles } from './data-directory.js';

/** A live server process that has its hands in a data directory. */
export interface ServerUsing {
  readonly pid: number;
  /** Started by us: its command line names our config file. */
  readonly ours: boolean;
}

/**
 * nats-server takes no lock on its store, and two servers on one store destroy it. So whoever holds files
 * of the directory open is looked for: through /proc on Linux, elsewhere only by the pid file.
 */
export async function serversUsing(files: BrokerFiles): Promise<ServerUsing[]> {
  const known = await pidFromFile(files);
  const candidates = new Set([...(known === null ? [] : [known]), ...(await natsProcesses())]);
  const found: ServerUsing[] = [];
  for (const pid of candidates) {
    const line = await commandLine(pid);
    if (line === null) continue;
    const ours = line.includes(files.config);
    if (ours || line.includes(files.directory) || (await holdsFileIn(pid, files.directory)))
      found.push({ pid, ours });
  }
  return found;
}

async function pidFromFile(files: BrokerFiles): Promise<number | null> {
  const pid = Number(await readFile(files.pid, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
}

async function natsProcesses(): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const names = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/exe`).catch(() => '')));
  return pids.filter((_, index) => basename(names[index] ?? '').startsWith('nats-server'));
}

async function holdsFileIn(pid: number, directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')));
  return targets.some((target) => target.startsWith(`${directory}/`));
}
