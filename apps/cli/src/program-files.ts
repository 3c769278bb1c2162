import type { Command as Program, OptionValues } from 'commander';
import { common, example, typed } from './program-parts.js';
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

/** The journal, or a part of it: told, written to a file, and lived through again somewhere else. */
export function addReplay(program: Program): void {
  common(
    program.command('export <file>'),
    'writes a slice of the journal, with what stood before it, to one file',
  )
    .option('--from <moment>', 'begin at a sequence, an RFC 3339 time, or -15m; default the first event')
    .option('--to <moment>', 'end there; default the last event')
    .option('--service <name>', 'only this service')
    .addHelpText(
      'after',
      example(
        'rollcall export journal.ndjson.gz',
        'rollcall export incident.ndjson.gz --from 2026-11-22T03:00:00Z --to 2026-11-22T03:30:00Z --service orders',
      ),
    )
    .action((file: string, options: OptionValues) =>
      runCommand(async () => (await import('./commands/export.js')).exportToFile, options, file),
    );
  common(program.command('replay [archive]'), 'the journal as it was written, or an archive into a registry')
    .option('--from <place>', 'begin at a sequence, an RFC 3339 time, or -15m')
    .option('--to <place>', 'end there')
    .option('--service <name>', 'only this service')
    .option('-A, --all-namespaces', 'not only one namespace')
    .option(
      '--speed <factor>',
      '1 replays at the pace it was written, 10 ten times as fast; default as fast as it goes',
    )
    .option(
      '--into <where>',
      'of an archive: "sandbox" starts a registry of its own; or the NATS URL of an empty one',
    )
    .option('--prefix <name>', 'with a NATS URL: the ROLLCALL_PREFIX of the registry there')
    .option('--port <number>', 'with a sandbox: where its HTTP API listens; default any free port')
    .addHelpText(
      'after',
      example(
        'rollcall replay --from -15m --service orders',
        'rollcall replay --from 1 --to 1000 --json',
        'rollcall replay incident.ndjson.gz --into sandbox --speed 10',
        'rollcall replay incident.ndjson.gz --into nats://127.0.0.1:4222 --prefix incident',
      ),
    )
    .action((archive: string | undefined, options: OptionValues) =>
      archive === undefined && options['into'] === undefined
        ? runCommand(
            typed(async () => (await import('./commands/replay.js')).replay),
            options,
          )
        : runLocalCommand(
            async () => (await import('./commands/replay-into.js')).replayInto,
            options,
            archive,
          ),
    );
}
