import { readFile } from 'node:fs/promises';
import { inspectServer } from '../server/server-info.js';
import type { BrokerCredentials, BrokerLogin } from './credentials.js';
import { brokerFiles, listeningUrl } from './data-directory.js';
import { isAlive } from './process-facts.js';

/** How to join the server that runs on a data directory. */
export interface LocalBroker {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly sys: BrokerLogin;
}

/**
 * The server another process runs on this data directory, with its logins, or null when none does: this is how
 * a command line of the same user joins without being told anything.
 */
export async function findLocalBroker(dataDir: string): Promise<LocalBroker | null> {
  const files = brokerFiles(dataDir);
  try {
    const pid = Number(await readFile(files.pid, 'utf8'));
    const credentials = JSON.parse(await readFile(files.credentials, 'utf8')) as BrokerCredentials;
    const url = isAlive(pid) ? await listeningUrl(files, pid) : null;
    if (url === null || (await inspectServer(url)).name !== credentials.serverName) return null;
    return { url, ...credentials.app, sys: credentials.sys };
  } catch {
    return null;
  }
}
