#!/usr/bin/env node
import { CommanderError } from 'commander';
import { endWhenUnread } from './output/print.js';
import { createProgram } from './program.js';
import { version } from './version.js';

/** Loading the rooms takes longer than saying that a word is misspelt. */
const USAGE_EXIT_CODE = 2;

endWhenUnread();
const program = createProgram(version);
for (const command of [
  program,
  ...program.commands,
  ...program.commands.flatMap(({ commands }) => commands),
]) {
  command.exitOverride().configureOutput({ outputError: () => undefined });
}
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await tell(error);
}

/** One clear line on standard error, and what the exit code should be. */
async function tell(thrown: unknown): Promise<number> {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return 0;
    const what = thrown.message.replace(/^error: /, '');
    // Without a command, commander has printed the help instead of a message.
    if (thrown.code !== 'commander.help')
      process.stderr.write(`ROLLCALL_USAGE: ${what}. Run the command with --help.\n`);
    return USAGE_EXIT_CODE;
  }
  const { exitCodeOf } = await import('#platform');
  const { isRollcallError } = await import('#contracts');
  const text = isRollcallError(thrown) ? thrown.message : ((thrown as Error).stack ?? String(thrown));
  process.stderr.write(`${text}\n`);
  return exitCodeOf(thrown);
}
