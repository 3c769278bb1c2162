import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

/**
 * Runs a command without a shell and answers what it printed.
 * @throws an Error whose message is the command and what it complained of.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      {
        env: { ...options.env, LC_ALL: 'C' },
        cwd: options.cwd,
        timeout: options.timeoutMs ?? 60_000,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${command}: ${complaint(stderr) || complaint(stdout) || error.message}`));
      },
    );
  });
}

/** The first line that is marked as a complaint, else the last line: tools end with a summary. */
function complaint(text: string): string {
  const lines = text.trim().split('\n');
  return (lines.find((line) => /^(E|W|error):/i.test(line)) ?? lines.at(-1) ?? '').trim();
}
