import type { Command as Program, OptionValues } from 'commander';
import type { Command, LocalCommand } from './commands/command.js';
import { past } from './program-parts.js';
import { runCommand, runLocalCommand } from './run.js';

type AnyCommand = Command<OptionValues, never[]>;
const keys = () => import('./config/keys.js');
const rules = () => import('./config/rules.js');
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `rollcall config ...` and `rollcall secret ...`. */
export function addConfig(program: Program): void {
  const config = program.command('config').description('config: keys, history, files, rules, releases');
  addKeys(config);
  addPast(config);
  addFiles(config);
  addRules(config);
  addSecret(program);
}

function addKeys(config: Program): void {
  past(reading(config.command('list [application]'), 'applications with config, or the keys of one')).action(
    run(async () => (await keys()).list),
  );
  past(reading(config.command('get <application> <key>'), 'the value of a key'))
    .option('--reveal', 'also of a secret, with the key ring')
    .action(run(async () => (await keys()).get));
  writing(
    config.command('set <application> <key> <value>'),
    'sets a key; "-" reads the value from standard input',
  )
    .option(
      '--type <type>',
      'text, json, yaml, properties, number, boolean or secret; default what it looks like',
    )
    .option('--expect <revision>', 'only if the key is at this revision, 0: if it is not there')
    .option('--at <time>', 'when it takes effect, RFC 3339')
    .option('--for <duration>', 'how long it holds before it undoes itself, such as 15m')
    .action(run(async () => (await keys()).set));
  writing(config.command('delete <application> <key>'), 'deletes a key; its history stays')
    .option('--expect <revision>', 'only if the key is at this revision')
    .action(run(async () => (await keys()).remove));
  past(reading(config.command('effective <application>'), 'what one instance sees, and from which layer'))
    .requiredOption('--instance <id>', 'the instance')
    .option('--version <semver>', 'its version')
    .option('--zone <name>', 'its zone')
    .option('-t, --tag <tag>', 'a tag of it; may be repeated', collect)
    .action(run(async () => (await keys()).effective));
}

function addPast(config: Program): void {
  reading(config.command('history <application> <key>'), 'every revision: who, when, why').action(
    run(async () => (await keys()).history),
  );
  reading(config.command('diff <application> <key> <from> <to>'), 'how two revisions differ').action(
    run(async () => (await keys()).diff),
  );
  writing(config.command('rollback <application> <key> <revision>'), 'brings a revision back, as a new one')
    .option('--expect <revision>', 'only if the key is at this revision')
    .action(run(async () => (await keys()).rollback));
  writing(config.command('schedule <application>'), 'changes that wait for their time')
    .option('--cancel <schedule>', 'cancels one')
    .action(run(async () => (await rules()).schedule));
  reading(
    config.command('rollout <application> <key>'),
    'who applied the last change, and who would not',
  ).action(run(async () => (await rules()).rollout));
}

function addFiles(config: Program): void {
  writing(config.command('import <application> <file>'), 'takes a file whole or not at all')
    .option('--format <format>', 'env, json, yaml or properties; default by its name')
    .option('--prune', 'delete keys the file does not name')
    .option('--dry-run', 'show the plan, write nothing')
    .action(run(async () => (await rules()).importFile));
  past(reading(config.command('export <application>'), 'the keys of an application as a file'))
    .option('--format <format>', 'env, json, yaml or properties', 'yaml')
    .action(run(async () => (await rules()).exportFile));
}

function addRules(config: Program): void {
  writing(
    config.command('schema <application> <key> [file]'),
    'shows or sets the JSON Schema of a key ("=application": of all)',
  )
    .option('--remove', 'takes it away')
    .action(run(async () => (await rules()).schema));
  writing(
    config.command('override <application> <key> [file]'),
    'shows or sets other values for some instances, as JSON',
  )
    .option('--remove', 'takes them away')
    .action(run(async () => (await rules()).override));
  writing(
    config.command('gray <application> <key> [value]'),
    'a value for some instances first; without one, for more of them',
  )
    .option('--type <type>', 'as with set')
    .option('--percent <share>', 'a stable share of the instances')
    .option('--zone <name>', 'instances of a zone')
    .option('--version <range>', 'instances of a version range')
    .option('-t, --tag <tag>', 'instances with a tag; may be repeated', collect)
    .option('--complete', 'for everybody now')
    .option('--withdraw', 'for nobody any more')
    .action(run(async () => (await rules()).gray));
}

function addSecret(program: Program): void {
  const secret = program
    .command('secret')
    .description('key rings, and secrets of config sealed and opened with them');
  const load = () => import('./config/secrets.js');
  secret
    .command('create-ring <file>')
    .description('a key ring with one key, for its owner alone')
    .option('--id <id>', 'id of the key', 'k1')
    .action(local(async () => (await load()).createRing));
  secret
    .command('rotate-ring <file>')
    .description('a new key in front; the old ones still open')
    .option('--id <id>', 'id of the new key')
    .action(local(async () => (await load()).rotateRing));
  reading(secret.command('seal <application> <key>'), 'seals standard input for one key').action(
    local(async () => (await load()).sealOne),
  );
  reading(secret.command('open <application> <key>'), 'opens what stands sealed on standard input').action(
    local(async () => (await load()).openOne),
  );
  writing(secret.command('reseal <application>'), 'seals all secrets again with the active key').action(
    run(async () => (await import('./config/reseal.js')).resealAll),
  );
}

/** Commander hands over the words, the options and itself, in this order. */
function run(load: () => Promise<unknown>) {
  return (...given: unknown[]): Promise<void> => {
    const [options, words] = [given.at(-2) as OptionValues, given.slice(0, -2) as never[]];
    return runCommand(load as () => Promise<AnyCommand>, options, ...words);
  };
}

function local(load: () => Promise<unknown>) {
  return (...given: unknown[]): Promise<void> => {
    const [options, words] = [given.at(-2) as OptionValues, given.slice(0, -2) as never[]];
    return runLocalCommand(load as () => Promise<LocalCommand<OptionValues, never[]>>, options, ...words);
  };
}

function reading(command: Program, description: string): Program {
  return command
    .description(description)
    .option('-n, --namespace <name>', 'namespace; default ROLLCALL_NAMESPACE or "default"')
    .option('--json', 'for programs: JSON on standard output, and nothing else there');
}

function writing(command: Program, description: string): Program {
  return reading(command, description)
    .option('--reason <text>', 'why, for the journal')
    .option('--actor <name>', 'who, for the journal; default the user of this system');
}
