import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RollcallError } from '#contracts';
import type { AppProcess } from './app-process.js';

const POLL_MS = 25;
const READY_TIMEOUT_MS = 60_000;

/** @throws ROLLCALL_HTTP_PORT_TAKEN */
export async function ensureHttpPortFree(host: string, port: number): Promise<void> {
  if (!(await answers(host, port))) return;
  throw new RollcallError('ROLLCALL_HTTP_PORT_TAKEN', `port ${port} of ${host} is taken by another program`, {
    action: 'Stop it (is Rollcall running already?), or set ROLLCALL_HTTP_PORT to another port.',
    details: { port },
  });
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** For a registry that may take any port: we have to know which, to say where it is. */
export function freeHttpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Waits until `url` answers 200.
 * @throws ROLLCALL_APP_DIED when the app ends before, or is not ready in time; with its last lines.
 */
export async function awaitReady(app: AppProcess, url: string, timeoutMs = READY_TIMEOUT_MS): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended = false;
  void app.exited.then(() => (ended = true));
  let reason = 'no answer';
  while (Date.now() < deadline) {
    if (ended) throw await diedError(app);
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.status === 200) {
      await answer.arrayBuffer();
      return;
    }
    if (answer !== null) reason = `${answer.status} ${(await answer.text().catch(() => '')).slice(0, 500)}`;
    await delay(POLL_MS);
  }
  throw new RollcallError(
    'ROLLCALL_APP_DIED',
    `${app.name} was not ready in ${timeoutMs / 1000} s: ${url} says ${reason}`,
    {
      action: `Read its log in "${app.logFile}".`,
    },
  );
}

export async function diedError(app: AppProcess): Promise<RollcallError> {
  const { code, signal } = await app.exited;
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  return new RollcallError(
    'ROLLCALL_APP_DIED',
    `${app.name} ended ${how}. Its last lines:\n${app.lastLines()}\n`,
    {
      action: `Its whole log is "${app.logFile}".`,
    },
  );
}
