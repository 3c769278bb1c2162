import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestBroker } from '#testkit';
import { collectable, liveHeapMbOf } from './live-heap.js';
import { residentMbOf } from './measure.js';
import { profiling } from './profile.js';

const READY_MS_MAX = 60_000;

/** A registry in a process of its own, as it ships. Always stop() it. */
export interface BenchRegistry {
  readonly pid: number;
  readonly url: string;
  readonly residentMb: number;
  /** Collects its garbage, and resolves with what the heap then holds. */
  liveHeapMb(): Promise<number>;
  /** Politely; a registry that is already gone is stopped. */
  stop(): Promise<void>;
}

/**
 * Starts the registry on a broker and resolves when it is ready.
 * @throws when it ends instead, or is not ready in time: a benchmark never waits for something that cannot come
 */
export async function startRegistry(
  broker: Pick<TestBroker, 'env'>,
  more: { readonly env?: Readonly<Record<string, string>>; readonly role?: string } = {},
): Promise<BenchRegistry> {
  const child = spawn(
    process.execPath,
    [...profiling(more.role ?? 'registry'), ...collectable, 'dist/apps/registry/src/main.js'],
    {
      env: {
        PATH: process.env['PATH'],
        ...broker.env,
        ROLLCALL_HTTP_PORT: '0',
        ROLLCALL_DNS_PORT: '0',
        ROLLCALL_LOG: 'json',
        ...more.env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const deadline = AbortSignal.timeout(READY_MS_MAX);
  const url = await listening(child, deadline);
  while ((await fetch(`${url}/readyz`).catch(() => undefined))?.status !== 200) {
    if (!isRunning(child)) throw new Error(`the registry ended with ${String(child.exitCode)}`);
    deadline.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const pid = child.pid ?? -1;
  return {
    pid,
    url,
    get residentMb() {
      return residentMbOf(pid);
    },
    liveHeapMb: () => liveHeapMbOf({ pid, url }),
    stop: async () => {
      if (!isRunning(child)) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function listening(child: ChildProcess, deadline: AbortSignal): Promise<string> {
  const ended = once(child, 'exit', { signal: deadline }).then(() => {
    throw new Error('the registry ended before it listened');
  });
  let text = '';
  const said = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < 65_536) text += chunk;
      const line = text
        .split('\n')
        .find((candidate) => candidate.includes('"listening"') && candidate.endsWith('}'));
      if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  ended.catch(() => undefined);
  return Promise.race([said, ended]);
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
