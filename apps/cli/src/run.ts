import type { ReadSettings } from '#platform';
import type { Command, CommonOptions, LocalCommand } from './commands/command.js';

/**
 * Opens a session, runs a command in it, and closes it. The rooms are loaded here and not above, so that `--help` and
 * a mistyped command answer at once.
 */
export async function runCommand<Options extends CommonOptions, Arguments extends readonly unknown[]>(
  load: () => Promise<Command<Options, Arguments>>,
  options: Options,
  ...words: Arguments
): Promise<void> {
  const [read, { openSession }, { checkName }, command] = await Promise.all([
    settings(),
    import('./session.js'),
    import('#contracts'),
    load(),
  ]);
  const namespace = checkName('namespace', options.namespace ?? read.settings.namespace);
  const session = await openSession(read);
  try {
    const code = await command({ session, read, namespace, json: options.json === true }, options, ...words);
    process.exitCode = code ?? 0;
  } finally {
    await session.close();
  }
}

/** The same for a command that opens a session only when it needs one. */
export async function runLocalCommand<Options extends CommonOptions, Arguments extends readonly unknown[]>(
  load: () => Promise<LocalCommand<Options, Arguments>>,
  options: Options,
  ...words: Arguments
): Promise<void> {
  const [read, command] = await Promise.all([settings(), load()]);
  const openSession = async () => (await import('./session.js')).openSession(read);
  const context = { read, json: options.json === true, openSession };
  process.exitCode = (await command(context, options, ...words)) ?? 0;
}

async function settings(): Promise<ReadSettings> {
  const { readSettings } = await import('#platform');
  const read = readSettings();
  for (const warning of read.warnings) process.stderr.write(`${warning}\n`);
  return read;
}
