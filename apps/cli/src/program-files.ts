import type { Command as Program, OptionValues } from 'commander';
import { common, example } from './program-parts.js';
import { runCommand, runLocalCommand } from './run.js';

/** The registry in files: whole, to be put back. */
export function addBackup(program: Program): void {
  const backup = program.command('backup').description('the whole registry in a directory, to be put back');
  common(
    backup.command('create <directory>'),
    'writes the registry, which may be at work, to a directory that is not there yet',
  )
    .addHelpText('after', example('rollcall backup create backups/2026-11-28'))
    .action((directory: string, options: OptionValues) =>
      runCommand(async () => (await import('./commands/backup.js')).backup, options, directory),
    );
  common(
    backup.command('restore <directory>'),
    'checks a backup and puts it into a broker that holds no registry, sequences and times kept',
  )
    .addHelpText(
      'after',
      `\nWithout NATS_URL, a broker of this directory that does not run is started for it.${example(
        'NATS_URL=nats://127.0.0.1:4222 rollcall backup restore backups/2026-11-28',
      )}`,
    )
    .action((directory: string, options: OptionValues) =>
      runLocalCommand(async () => (await import('./commands/backup.js')).restore, options, directory),
    );
  common(backup.command('show <directory>'), 'what is in a backup, and whether it is whole').action(
    (directory: string, options: OptionValues) =>
      runLocalCommand(async () => (await import('./commands/backup.js')).show, options, directory),
  );
}
