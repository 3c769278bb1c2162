import { Command as Program, type OptionValues } from 'commander';
import { addCalls } from './program-calls.js';
import { collect, common, example, past, typed } from './program-parts.js';
import { addBackup, addReplay } from './program-files.js';
import { addConfig } from './program-config.js';
import { addLookingBack, addProof } from './program-history.js';
import { addUndoing } from './program-undo.js';
import { runCommand, runLocalCommand } from './run.js';

/** The command line: what there is, with help and examples. What it does is in `commands/`. */
export function createProgram(version: string): Program {
  const program = new Program('rollcall')
    .description('Looks into a Rollcall registry and writes to it, straight over NATS.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .showHelpAfterError(false)
    .addHelpText('after', GENERAL_HELP);
  addReading(program);
  addWriting(program);
  addOperating(program);
  addCalls(program);
  addLookingBack(program);
  addProof(program);
  addReplay(program);
  addBackup(program);
  addUndoing(program);
  addKeeping(program);
  addSql(program);
  addConfig(program);
  return program;
}

function addReading(program: Program): void {
  common(
    program.command('status'),
    'where broker, journal and view stand, and whether a projector works',
  ).action((options: OptionValues) =>
    runCommand(async () => (await import('./commands/status.js')).status, options),
  );
  past(common(program.command('services'), 'the services of a namespace')).action((options: OptionValues) =>
    runCommand(async () => (await import('./commands/services.js')).services, options),
  );
  past(common(program.command('instances <service>'), 'the instances of a service'))
    .option('-a, --all', 'also those that departed in the last day, and why')
    .addHelpText(
      'after',
      example(
        'rollcall instances orders',
        'rollcall instances orders --all --json',
        'rollcall instances orders --at -15m',
      ),
    )
    .action((service: string, options: OptionValues) =>
      runCommand(async () => (await import('./commands/instances.js')).instances, options, service),
    );
  common(program.command('watch [service]'), 'what is there, then every change as it happens')
    .addHelpText('after', example('rollcall watch', 'rollcall watch payments --json | jq .record.status'))
    .action((service: string | undefined, options: OptionValues) =>
      runCommand(async () => (await import('./commands/watch.js')).watch, options, service),
    );
}

function addWriting(program: Program): void {
  common(program.command('register <service> [instance]'), 'registers an instance that cannot do it itself')
    .requiredOption('--version <semver>', 'version of the software that runs')
    .option('-e, --endpoint <name=target>', 'how to reach it; may be repeated', collect, [])
    .option('--lease <duration>', '"none", or how long it lives without a heartbeat, e.g. 30s', 'none')
    .option('--status <status>', 'starting, up, draining, maintenance, overloaded or down', 'up')
    .option('--zone <name>', 'zone it runs in')
    .option('--region <name>', 'region it runs in')
    .option('--weight <number>', 'share of traffic, 0 to 1000')
    .option('-t, --tag <tag>', 'a tag; may be repeated', collect, [])
    .option('-m, --meta <key=value>', 'metadata; may be repeated', collect, [])
    .option('--reason <text>', 'why, for the journal')
    .option('--actor <name>', 'who, for the journal; default the user of this system')
    .addHelpText(
      'after',
      example(
        'rollcall register postgres postgres-1 --version 15.4.0 -e tcp=10.0.0.7:5432',
        'rollcall register web/web-1 --version 1.0.0 -e http=127.0.0.1:8080 -e api=https://127.0.0.1:8443/v1 -t blue',
      ),
    )
    .action((service: string, instance: string | undefined, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/register.js')).register),
        options,
        service,
        instance,
      ),
    );
  common(program.command('deregister <service> [instance]'), 'says good-bye for an instance')
    .option('--reason <text>', 'why; consumers are told')
    .option('--actor <name>', 'who, for the journal; default the user of this system')
    .addHelpText('after', example('rollcall deregister postgres postgres-1 --reason "moved to pg-2"'))
    .action((service: string, instance: string | undefined, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/deregister.js')).deregister),
        options,
        service,
        instance,
      ),
    );
}

function addOperating(program: Program): void {
  const operate = (command: string, description: string): Program =>
    common(program.command(command), description)
      .option('--reason <text>', 'why, for the journal and for consumers')
      .option('--actor <name>', 'who, for the journal; default the user of this system');
  const run =
    (what: 'drain' | 'maintain' | 'evict' | 'lift') =>
    (service: string, instance: string | undefined, options: OptionValues): Promise<void> =>
      runCommand(
        typed(async () => (await import('./commands/operate.js')).operations[what]),
        options,
        service,
        instance,
      );
  operate('drain <service> [instance]', 'no new callers; it keeps running').action(run('drain'));
  operate('maintenance <service> [instance]', 'no callers at all, until lifted').action(run('maintain'));
  operate('evict <service> [instance]', 'takes this incarnation out; a newer one may come').action(
    run('evict'),
  );
  operate('lift <service> [instance]', 'lifts everything operators laid over it').action(run('lift'));
  operate('weight <service/instance> <weight>', 'share of traffic, 0 to 1000')
    .addHelpText('after', example('rollcall weight orders/orders-1 10 --reason "warm up"'))
    .action((name: string, weight: string, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/operate.js')).weigh),
        options,
        name,
        weight,
      ),
    );
  operate('protect <service>', 'how many of a service may expire at once')
    .requiredOption('--share <percent>', 'engages above this share, 1 to 100')
    .requiredOption('--minimum <count>', 'never for fewer instances, at least 2')
    .requiredOption('--longest <duration>', 'longest time it holds, e.g. 2m')
    .addHelpText('after', example('rollcall protect orders --share 50 --minimum 3 --longest 2m'))
    .action((service: string, options: OptionValues) =>
      runCommand(
        typed(async () => (await import('./commands/operate.js')).protect),
        options,
        service,
      ),
    );
  common(program.command('why <service> [instance]'), 'the story of an instance: who, when, on what evidence')
    .addHelpText('after', example('rollcall why orders/orders-1'))
    .action((service: string, instance: string | undefined, options: OptionValues) =>
      runCommand(async () => (await import('./commands/why.js')).why, options, service, instance),
    );
}

function addKeeping(program: Program): void {
  const quarantine = program
    .command('quarantine')
    .description('events that could not be read or were refused');
  common(quarantine.command('list'), 'the newest of them, in every namespace unless one is given').action(
    (options: OptionValues) =>
      runCommand(async () => (await import('./commands/quarantine.js')).quarantineList, options),
  );
  common(quarantine.command('show <sequence>'), 'one of them, whole, with the reason')
    .addHelpText('after', example('rollcall quarantine list', 'rollcall quarantine show 1207'))
    .action((sequence: string, options: OptionValues) =>
      runCommand(async () => (await import('./commands/quarantine.js')).quarantineShow, options, sequence),
    );
  common(program.command('verify'), 'folds the journal from zero and compares with the view bucket')
    .option('--repair', 'write what differs, and nothing else')
    .addHelpText('after', '\nExits with 3 when there are differences that were not repaired.')
    .action((options: OptionValues) =>
      runCommand(async () => (await import('./commands/verify.js')).verify, options),
    );
}

function addSql(program: Program): void {
  program
    .command('sql [statement]')
    .description('asks the registry in SQL, where its tables are kept; read-only')
    .option('--limit <rows>', 'rows to show at most; default 1000')
    .option('--longest <duration>', 'longest time it may take; default 30s')
    .option('--rebuild', 'first empty the tables and write them again from the journal')
    .option('--json', 'for programs: JSON on standard output, and nothing else there')
    .addHelpText(
      'after',
      `\nTables: services, instances, endpoints, instance_tags, instance_metadata, config, config_rules, events;
views: present_instances, service_health. docs/guides/sql.md has their columns and ten questions.
They are in ROLLCALL_SQL_URL, or else in sql/rollcall.db of ROLLCALL_DATA_DIR, where "npm start" keeps them.
${example('rollcall sql "select * from service_health"', 'rollcall sql --rebuild')}`,
    )
    .action((statement: string | undefined, options: OptionValues) =>
      runLocalCommand(async () => (await import('./commands/sql.js')).sql, options, statement),
    );
}

const GENERAL_HELP = `
It joins the broker of NATS_URL (with NATS_USER and the other settings of docs/reference/settings.md), or else the
one that "npm start" runs in this directory.

Exit codes: 0 well, 1 something unexpected, 2 wrong arguments or settings, 3 verify found something, 4 not found,
5 no broker, 6 a broker that cannot be used, 7 not allowed, 8 somebody else changed it meanwhile.

Examples:
  $ rollcall services
  $ rollcall instances orders
  $ rollcall replay --from -15m`;
