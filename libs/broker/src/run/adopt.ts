import { readFile } from 'node:fs/promises';
import { acceptsLogin } from '../server/login.js';
import { inspectServer, type ServerInfo } from '../server/server-info.js';
import { isNewEnough } from '../version.js';
import type { BrokerCredentials } from './credentials.js';
import { type BrokerFiles, listeningUrl } from './data-directory.js';
import { adoptProcess, endProcess, type ServerProcess } from './server-process.js';
import { serversUsing } from './servers-using.js';

export type Orphan =
  | { readonly kind: 'none' }
  | { readonly kind: 'foreign'; readonly pid: number }
  | {
      readonly kind: 'adopted';
      readonly server: ServerProcess;
      readonly url: string;
      readonly info: ServerInfo;
    };

const STOP_TIMEOUT_MS = 10_000;

/**
 * Looks for a server on this data directory whose starter is gone. One of ours that runs with the very
 * configuration wanted now, and takes our credentials, is adopted; one of ours that does not is ended, so that
 * a fresh one can take its place; anybody else's is left alone.
 */
export async function adoptOrphan(
  files: BrokerFiles,
  credentials: BrokerCredentials,
  config: string,
): Promise<Orphan> {
  const using = await serversUsing(files);
  const foreign = using.find((server) => !server.ours);
  if (foreign !== undefined) return { kind: 'foreign', pid: foreign.pid };
  const unchanged = (await readFile(files.config, 'utf8').catch(() => '')) === config;
  for (const { pid } of using) {
    const server = await adoptProcess(pid);
    const proof = unchanged && using.length === 1 ? await proveOurs(files, credentials, pid) : null;
    if (proof !== null) return { kind: 'adopted', server, ...proof };
    await endProcess(server, STOP_TIMEOUT_MS);
  }
  return { kind: 'none' };
}

async function proveOurs(
  files: BrokerFiles,
  credentials: BrokerCredentials,
  pid: number,
): Promise<{ url: string; info: ServerInfo } | null> {
  const url = await listeningUrl(files, pid);
  if (url === null) return null;
  const info = await inspectServer(url).catch(() => null);
  if (info === null || info.name !== credentials.serverName || !isNewEnough(info.version)) return null;
  return (await acceptsLogin(url, credentials.sys)) ? { url, info } : null;
}
