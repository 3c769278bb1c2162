import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LastLines } from './last-lines.js';

export interface AppOptions {
  /** Shown to people, and the name of its log file. */
  readonly name: string;
  /** Compiled entry file. */
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logDir: string;
}

interface AppExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Node program of ours, run as a child. */
export interface AppProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<AppExit>;
  /** True once stop() was called: its end is no surprise then. */
  isStopping(): boolean;
  lastLines(): string;
  /** SIGTERM, and SIGKILL after `timeoutMs`. */
  stop(timeoutMs?: number): Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;
const followParent = fileURLToPath(new URL('./follow-parent.js', import.meta.url));

/**
 * Starts an app in a process group of its own, so that a Ctrl-C reaches only the launcher, which ends things in
 * order. Should the launcher be killed, the app ends by itself (see follow-parent.ts). What it prints goes to its log.
 */
export async function startApp(options: AppOptions): Promise<AppProcess> {
  await mkdir(options.logDir, { recursive: true });
  const logFile = join(options.logDir, `${options.name}.log`);
  const log = createWriteStream(logFile);
  const child = spawn(process.execPath, ['--import', followParent, options.main], {
    // Its output goes into a file, whatever this shell says of colours.
    env: { ...options.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const last = new LastLines();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      last.add(chunk);
      log.write(chunk);
    });
  }
  const exited = endOf(child).finally(() => log.end());
  let stopping = false;
  return {
    name: options.name,
    pid: child.pid ?? -1,
    logFile,
    exited,
    isStopping: () => stopping,
    lastLines: () => last.toString(),
    stop: async (timeoutMs = STOP_TIMEOUT_MS) => {
      stopping = true;
      await end(child, exited, timeoutMs);
    },
  };
}

/** `close` rather than `exit`: by then the last output has arrived. */
function endOf(child: ChildProcess): Promise<AppExit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

async function end(child: ChildProcess, exited: Promise<AppExit>, timeoutMs: number): Promise<void> {
  child.kill('SIGTERM');
  const patience = new AbortController();
  const force = delay(timeoutMs, undefined, { signal: patience.signal }).then(
    () => void child.kill('SIGKILL'),
    () => undefined,
  );
  await exited;
  patience.abort();
  await force;
}
