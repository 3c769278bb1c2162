import type { OptionValues, Command as Program } from 'commander';
import { collect, common, example, past } from './program-parts.js';
import { runCommand } from './run.js';

/** Commands about calls between services. */
export function addCalls(program: Program): void {
  past(
    common(
      program.command('explain <caller> <service>'),
      'where a call would go: candidates, refusals, rules',
    ),
  )
    .option('--version <range>', 'range of versions the caller wants')
    .option('--zone <names>', 'zones the caller insists on')
    .option('-t, --tag <tag>', 'a tag it needs; may be repeated', collect, [])
    .option('--selector <selector>', 'what it needs of the metadata')
    .option('--protocol <names>', 'protocols it speaks')
    .option('-H, --header <name:value>', 'a header routing rules look at; may be repeated', collect, [])
    .addHelpText(
      'after',
      example('rollcall explain orders payments', 'rollcall explain orders/o-1 payments -H x-canary:1'),
    )
    .action((caller: string, service: string, options: OptionValues) =>
      runCommand(async () => (await import('./commands/explain.js')).explain, options, caller, service),
    );
  common(program.command('graph'), 'who calls whom, how often and how well, in the last minute').action(
    (options: OptionValues) => runCommand(async () => (await import('./commands/graph.js')).graph, options),
  );
  past(
    common(
      program.command('policy <service>'),
      'what holds for a service as a whole; --set changes parts of it',
    ),
  )
    .option('--reason <text>', 'why, for the journal and for consumers')
    .option('--actor <name>', 'who, for the journal; default the user of this system')
    .option('--set <json>', 'fields to change: calls, routes, protection, description, metadata')
    .addHelpText(
      'after',
      example('rollcall policy payments', `rollcall policy payments --set '{"calls":{"timeoutMs":500}}'`),
    )
    .action((service: string, options: OptionValues) =>
      runCommand(async () => (await import('./commands/policy.js')).policy, options, service),
    );
}
