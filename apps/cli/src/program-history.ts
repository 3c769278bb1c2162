import type { Command as Program, OptionValues } from 'commander';
import { collect, common, example, takesMoments, typed } from './program-parts.js';
import { runCommand, runLocalCommand } from './run.js';

/** What happened, what came of it, how available it was. */
export function addLookingBack(program: Program): void {
  addWhatIf(program);
  common(
    program.command('timeline [what]'),
    'what happened to everything, a service or an instance, in sentences',
  )
    .option('--from <moment>', 'begin at a sequence, an RFC 3339 time, or -15m')
    .option('--to <moment>', 'end there')
    .option('-t, --type <type>', 'only events of a type, e.g. expired; may be repeated', collect, [])
    .option('--actor <name>', 'only what somebody did')
    .option('--trace <id>', 'only what was done in a W3C trace')
    .option('--config <application[/key]>', 'what happened to config instead')
    .addHelpText(
      'after',
      example(
        'rollcall timeline --from -1h',
        'rollcall timeline orders/orders-1',
        'rollcall timeline orders -t expired',
      ),
    )
    .action((what: string | undefined, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/timeline.js')).timeline),
        options,
        what,
      ),
    );
  common(program.command('availability [what]'), 'uptime, outages, flaps, restarts and deploys')
    .option('--from <moment>', 'beginning of the window: a sequence, an RFC 3339 time, or -7d; default -1d')
    .option('--to <moment>', 'its end; default now')
    .addHelpText('after', example('rollcall availability', 'rollcall availability orders --from -7d --json'))
    .action((what: string | undefined, options: OptionValues) =>
      runCommand(async () => (await import('./commands/availability.js')).availability, options, what),
    );
  common(
    takesMoments(program.command('diff <from> [to]')),
    'what differs between two moments, by whom and why',
  )
    .option('--config <application[/key]>', 'only this config')
    .option('--service <name>', 'only this service')
    .addHelpText(
      'after',
      example('rollcall diff -1h', 'rollcall diff 2026-11-22T03:00:00Z 2026-11-22T03:30:00Z'),
    )
    .action((from: string, to: string | undefined, options: OptionValues) =>
      runCommand(async () => (await import('./commands/diff.js')).diff, options, from, to),
    );
}

/** What another policy would have made of it. */
function addWhatIf(program: Program): void {
  common(
    program.command('what-if <policy>'),
    'which verdicts and picks of the past would have differed under another policy, a JSON file ("-": stdin)',
  )
    .option('--from <moment>', 'begin at a sequence, an RFC 3339 time, or -15m', '-1h')
    .option('--to <moment>', 'end there', '-0s')
    .option('--service <name>', 'only this one; calls to it are tried, too')
    .option('--caller <name>', 'who calls it, a service or service/instance; default one of its own')
    .option('--samples <count>', 'at how many moments a call is tried')
    .addHelpText(
      'after',
      example(
        `echo '{"lease":{"leaseMs":15000}}' | rollcall what-if - --from -1d`,
        'rollcall what-if policy.json --from -1h --service payments --caller orders',
      ),
    )
    .action((file: string, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/what-if.js')).whatIf),
        options,
        file,
      ),
    );
}

/** That history is what it was. */
export function addProof(program: Program): void {
  const audit = program.command('audit').description('proof that history is what it was');
  common(
    audit.command('verify [archive]'),
    'holds the journal, or an archive of it, against the chain of hashes',
  )
    .option('--checkpoint <file>', 'a checkpoint that was kept outside: shows when the end was cut off')
    .addHelpText(
      'after',
      example(
        'rollcall audit verify --checkpoint .data/audit/checkpoint.json',
        'rollcall audit verify journal.ndjson.gz',
      ),
    )
    .action((archive: string | undefined, options: OptionValues) =>
      archive === undefined
        ? runCommand(async () => (await import('./commands/audit.js')).verifyLive, options)
        : runLocalCommand(async () => (await import('./commands/audit.js')).verifyArchive, options, archive),
    );
  const toFile = (command: Program, description: string): Program =>
    common(command, description)
      .option('--from <moment>', 'begin at a sequence, an RFC 3339 time, or -15m')
      .option('--to <moment>', 'end there')
      .action((file: string, options: OptionValues) =>
        runCommand(async () => (await import('./commands/audit.js')).exportArchive, options, file),
      );
  toFile(
    audit.command('export <file>'),
    'writes an archive an auditor can check without us; .gz is compressed',
  );
}
