import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RollcallError } from '#contracts';
import { inspectServer, type ServerInfo } from '../server/server-info.js';
import { type BrokerFiles, listeningUrl } from './data-directory.js';
import type { ServerProcess } from './server-process.js';

const POLL_MS = 5;
const LOG_LINES = 8;

/**
 * Waits until a server we started listens. It writes its address down when it does.
 * @throws ROLLCALL_BROKER_DIED with its last words; ROLLCALL_BROKER_PORT_TAKEN when that is why.
 */
export async function awaitReady(
  server: ServerProcess,
  files: BrokerFiles,
  timeoutMs: number,
): Promise<{ url: string; info: ServerInfo }> {
  const deadline = Date.now() + timeoutMs;
  while (!server.hasExited()) {
    const url = await listeningUrl(files, server.pid);
    if (url !== null) return { url, info: await inspectServer(url) };
    if (Date.now() > deadline) {
      const words = await lastWords(files);
      throw new RollcallError(
        'ROLLCALL_BROKER_DIED',
        `nats-server did not listen within ${timeoutMs} ms. Its log ends:\n${words}`,
      );
    }
    await delay(POLL_MS);
  }
  throw await diedError(server, files);
}

async function diedError(server: ServerProcess, files: BrokerFiles): Promise<RollcallError> {
  const words = await lastWords(files);
  const { code, signal } = await server.exited;
  if (/address already in use/.test(words)) {
    return new RollcallError('ROLLCALL_BROKER_PORT_TAKEN', `nats-server could not listen:\n${words}`);
  }
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  return new RollcallError('ROLLCALL_BROKER_DIED', `nats-server ended ${how}. Its last lines:\n${words}`, {
    details: { log: files.log },
  });
}

/** The end of the log, and of what was printed before there was one. */
export async function lastWords(files: BrokerFiles): Promise<string> {
  const texts = await Promise.all(
    [files.log, files.console].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const lines = texts
    .flatMap((text) => text.trimEnd().split('\n').slice(-LOG_LINES))
    .filter((line) => line !== '');
  return lines.map((line) => `  ${line}`).join('\n');
}
