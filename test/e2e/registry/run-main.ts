import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of ours, by its compiled entry file, with the two outputs and the exit code apart. */
export interface RunningMain {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the first line on standard output that matches. */
  readonly line: (pattern: RegExp) => Promise<string>;
}

const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

/** @param env the whole environment: what stands in the shell's must not lead a test to somebody's broker */
export function runMain(
  main: string,
  env: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  cwd?: string,
): RunningMain {
  const child = spawn(process.execPath, [dist + main, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = stdout.split('\n').find((text) => pattern.test(text));
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', look);
      look();
      void ended.then(() => reject(new Error(`it ended without ${String(pattern)}:\n${stdout}\n${stderr}`)));
    });
  return { child, ended, line };
}

/** The command line, run to its end. */
export function rollcall(env: Readonly<Record<string, string>>, ...words: string[]): Promise<Ended> {
  return runMain('apps/cli/src/main.js', env, words).ended;
}
