import type { ReadSettings } from '#platform';
import type { Command, CommonOptions } from './commands/command.js';

/**
 * Opens a session, runs a command in it, and closes it. The rooms are loaded here and not above, so that `--help` and
 * a mistyped command answer at once.
 */
export async function runCommand<Options extends CommonOptions, Arguments extends readonly unknown[]>(
  load: () => Promise<Command<Options, Arguments>>,
  options: Options,
  ...words: Arguments
): Promise<void> {
  const [{ readSettings }, { openSession }, { checkName }, command] = await Promise.all([
    import('#platform'),
    import('./session.js'),
    import('#contracts'),
    load(),
  ]);
  const read: ReadSettings = readSettings();
  const namespace = checkName('namespace', options.namespace ?? read.settings.namespace);
  for (const warning of read.warnings) process.stderr.write(`${warning}\n`);
  const session = await openSession(read);
  try {
    const code = await command({ session, read, namespace, json: options.json === true }, options, ...words);
    process.exitCode = code ?? 0;
  } finally {
    await session.close();
  }
}
