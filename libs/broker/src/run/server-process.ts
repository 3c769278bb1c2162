import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerFiles } from './data-directory.js';
import { isAlive, startMark } from './process-facts.js';

/** How a server ended. Of an adopted one nobody learns the code. */
export interface BrokerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running server process: our child, or an orphan of ours that was adopted. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<BrokerExit>;
  hasExited(): boolean;
  /** Sends a signal to this process, never to another one that got its pid later. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts the server in a process group of its own: a Ctrl-C in a terminal then reaches only its starter, who
 * can end everything in the right order.
 */
export async function spawnServer(binary: string, files: BrokerFiles): Promise<ServerProcess> {
  const console = await open(files.console, 'w', 0o600);
  try {
    const child = spawn(binary, ['--config', files.config], {
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
      cwd: files.directory,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return ofChild(child);
  } finally {
    await console.close();
  }
}

function ofChild(child: ChildProcess): ServerProcess {
  const exited = new Promise<BrokerExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid ?? -1,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    // Node knows whether its child has ended, so a pid that was given away is never hit.
    signal: async (signal) => void child.kill(signal),
  };
}

const ADOPTED_POLL_MS = 100;

/** The end of a process that is not our child can only be watched for. */
export async function adoptProcess(pid: number): Promise<ServerProcess> {
  const mark = await startMark(pid);
  const runs = async () => isAlive(pid) && (await startMark(pid)) === mark;
  let ended = false;
  const watch = async (): Promise<BrokerExit> => {
    while (await runs()) await delay(ADOPTED_POLL_MS, undefined, { ref: false });
    ended = true;
    return { code: null, signal: null };
  };
  return {
    pid,
    exited: watch(),
    hasExited: () => ended,
    signal: async (signal) => {
      if (await runs()) process.kill(pid, signal);
    },
  };
}

/** SIGTERM, and SIGKILL for what has not ended after `timeoutMs`. Returns once it has ended. */
export async function endProcess(server: ServerProcess, timeoutMs: number): Promise<void> {
  const killer = new AbortController();
  await server.signal('SIGTERM');
  const forced = delay(timeoutMs, undefined, { signal: killer.signal }).then(
    () => server.signal('SIGKILL'),
    () => undefined,
  );
  await server.exited;
  killer.abort();
  await forced;
}
