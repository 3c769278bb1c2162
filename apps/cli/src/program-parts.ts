import type { Command as Program, OptionValues } from 'commander';
import type { Command } from './commands/command.js';

/** Values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function common(command: Program, description: string): Program {
  return command
    .description(description)
    .option('-n, --namespace <name>', 'namespace; default ROLLCALL_NAMESPACE or "default"')
    .option('--json', 'for programs: JSON on standard output, and nothing else there');
}

export function past(command: Program): Program {
  return command.option('--at <moment>', 'as it was at a sequence, an RFC 3339 time, or -15m');
}

/** `-15m` is a moment: of what begins with a minus, commander takes only plain numbers for no option. */
export function takesMoments(command: Program): Program {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => {
    const { operands, unknown } = parse(words);
    const areMoments = unknown.every((word) => !word.startsWith('-') || /^-\d/.test(word));
    return areMoments ? { operands: [...operands, ...unknown], unknown: [] } : { operands, unknown };
  };
  return command;
}

export function example(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** Commander checks what is required; here its loose record becomes the options of the command. */
export function typed<Options, Arguments extends readonly unknown[]>(
  load: () => Promise<Command<Options, Arguments>>,
) {
  return load as unknown as () => Promise<Command<OptionValues, Arguments>>;
}
