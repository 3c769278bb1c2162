import type { Command as Program, OptionValues } from 'commander';
import { collect, common, example, takesMoments, typed } from './program-parts.js';
import { runCommand } from './run.js';

/** What happened is taken back. */
export function addUndoing(program: Program): void {
  const doing = (command: Program, description: string): Program =>
    common(command, description)
      .option('-y, --yes', 'do it; without this it is only shown, and asked for on a terminal')
      .option('--reason <text>', 'why, for the journal and for consumers')
      .option('--as <name>', 'who undoes it, for the journal; default the user of this system');
  doing(
    takesMoments(program.command('undo [events]')),
    'takes back what happened: shows it first, then does it',
  )
    .option(
      '-t, --type <type>',
      'of a range only events of a type, e.g. deregistered; may be repeated',
      collect,
      [],
    )
    .option('--actor <name>', 'of a range only what somebody did')
    .option('--service <name[/instance]>', 'of a range only what is about this service')
    .option('--config <application[/key]>', 'of a range only what is about this config')
    .option('--resume <plan>', 'goes on with a plan that was interrupted')
    .option('--list', 'the newest plans, and whether they came to their end')
    .addHelpText(
      'after',
      example(
        'rollcall undo 1204',
        'rollcall undo 1204..2703 --type deregistered --actor deploy-bot',
        'rollcall undo -15m.. --service orders --yes --reason "wrong cluster"',
        'rollcall undo --list',
      ),
    )
    .action((events: string | undefined, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/undo.js')).undo),
        options,
        events,
      ),
    );
  doing(program.command('restore <service>'), 'brings back what a service has lost since a moment')
    .requiredOption('--at <moment>', 'a sequence, an RFC 3339 time, or -15m')
    .addHelpText(
      'after',
      example('rollcall restore orders --at -15m', 'rollcall restore orders --at 1203 --yes'),
    )
    .action((service: string, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/undo.js')).restore),
        options,
        service,
      ),
    );
}
