#!/usr/bin/env node
import { CommanderError } from 'commander';
import { endWhenUnread } from './output/print.js';
import { createProgram } from './program.js';
import { version } from './version.js';

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
async function tell(error: unknown): Promise<number> {
  const { exitCodeOf, exitCodes } = await import('#platform');
  const { isRollcallError } = await import('#contracts');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    const what = error.message.replace(/^error: /, '');
    // Without a command, commander has printed the help instead of a message.
    if (error.code !== 'commander.help')
      process.stderr.write(`ROLLCALL_USAGE: ${what}. Run the command with --help.\n`);
    return exitCodes.usage;
  }
  process.stderr.write(
    `${isRollcallError(error) ? error.message : ((error as Error).stack ?? String(error))}\n`,
  );
  return exitCodeOf(error);
}
