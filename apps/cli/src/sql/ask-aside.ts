import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, RollcallError } from '#contracts';
import type { SqlAnswer, SqlQueryOptions } from '#sql';

/** What the process beside is asked. */
export interface AskedAside {
  readonly url: string;
  readonly statement: string;
  readonly options: SqlQueryOptions;
}

/** What it tells: an answer, or what was wrong. */
export interface ToldAside {
  readonly answer?: SqlAnswer;
  readonly error?: { readonly code: ErrorCode; readonly what: string; readonly action: string };
}

/** Until a process beside has started. */
const START_MS = 1_000;

/**
 * Asks in a process beside: SQLite works in the thread that asks and cannot be interrupted there, so that a question
 * which runs for ever can only be ended with its process.
 * @throws what the question throws; ROLLCALL_SQL_INVALID when it took too long
 */
export async function askAside(asked: AskedAside, timeoutMs: number): Promise<SqlAnswer> {
  const program = fileURLToPath(new URL('./asking-process.js', import.meta.url));
  const child = fork(program, [], { serialization: 'advanced', execArgv: [] });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, timeoutMs + START_MS);
  let told: ToldAside | undefined;
  child.once('message', (message) => (told = message as ToldAside));
  const ended = once(child, 'close');
  child.send(asked);
  const [code, signal] = (await ended) as [number | null, string | null];
  clearTimeout(timer);
  if (told?.answer !== undefined) return told.answer;
  if (told?.error !== undefined) {
    const { code: errorCode, what, action } = told.error;
    throw new RollcallError(errorCode, what, { action });
  }
  if (isLate) {
    throw new RollcallError('ROLLCALL_SQL_INVALID', `the question took longer than ${timeoutMs} ms`, {
      action: 'Ask for less, or give it more time with --longest.',
    });
  }
  throw new RollcallError(
    'ROLLCALL_SQL_UNAVAILABLE',
    `the process that asked ended with ${signal ?? code} and no answer`,
  );
}
