import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/nats-core';
import { RollcallError } from '#contracts';
import type { RunningBroker } from '#broker';
import { connectBroker } from '#nats';
import { startOwnBroker } from './own-broker.js';

/** A broker and a registry of their own, on this machine, that leave nothing behind. Always stop() it. */
export interface Sandbox {
  readonly connection: NatsConnection;
  /** As ROLLCALL_DATA_DIR it leads this command line there. */
  readonly directory: string;
  /** Resolves when it answers over HTTP. */
  startRegistry(signal: AbortSignal): Promise<{ readonly url: string }>;
  /** Resolves when the signal is given, and rejects when the registry ends before. */
  ended(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** It lies beside us wherever we are installed: both are of one package. */
const registryMain = fileURLToPath(new URL('../../registry/src/main.js', import.meta.url));
const READY_MS_MAX = 30_000;

/** A command line that is killed stops nobody: the registry ends with the channel to it. */
const FOLLOW_PARENT =
  "process.on('disconnect', () => process.kill(process.pid, 'SIGTERM')); process.channel?.unref();";

export async function startSandbox(httpPort: number): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-sandbox-'));
  let broker: RunningBroker | undefined;
  let registry: ChildProcess | undefined;
  let connection: NatsConnection | undefined;
  const stop = async (): Promise<void> => {
    await connection?.close();
    if (registry !== undefined) await endChild(registry);
    await broker?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    broker = await startOwnBroker({ dataDir: join(directory, 'nats'), port: -1, isDisposable: true });
    const { url, user, password } = broker;
    connection = await connectBroker({ url, user, password, name: 'rollcall-replay' });
    const login = { NATS_URL: url, NATS_USER: user, NATS_PASSWORD: password };
    return {
      connection,
      directory,
      startRegistry: async (signal) => {
        registry = spawnRegistry({ ...login, ROLLCALL_HTTP_PORT: String(httpPort) });
        return { url: await untilReady(registry, signal) };
      },
      ended: async (signal) => {
        const given = signal.aborted ? Promise.resolve() : once(signal, 'abort');
        await Promise.race([given, registry === undefined ? given : gone(registry)]);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** It folds and answers. It does not watch over anybody: those who registered are not here to beat. */
function spawnRegistry(env: Readonly<Record<string, string>>): ChildProcess {
  const preload = `data:text/javascript,${encodeURIComponent(FOLLOW_PARENT)}`;
  return spawn(process.execPath, ['--import', preload, registryMain], {
    env: {
      PATH: process.env['PATH'],
      ROLLCALL_ROLES: 'projector,api',
      ROLLCALL_SANDBOX: 'true',
      ROLLCALL_LOG: 'json',
      ...env,
    },
    // A Ctrl-C at the terminal is for us; we end it in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

async function untilReady(child: ChildProcess, stopped: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(READY_MS_MAX)]);
  const url = await Promise.race([listening(child, signal), gone(child)]);
  while ((await fetch(`${url}/readyz`, { signal })).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return url;
}

/** Reads on for as long as it runs, so that what it logs never fills the pipe. */
async function listening(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    lines.on('line', (line) => {
      const url = line.includes('"listening"') && /"url":"(http:[^"]+)"/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
}

async function gone(child: ChildProcess): Promise<never> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  throw new RollcallError('ROLLCALL_UNAVAILABLE', `the registry of the sandbox ended with ${child.exitCode}`);
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
