import { type InstanceNames, Operator } from '#application';
import { durationMs } from '../input/duration.js';
import { instanceNamesOf } from '../input/names.js';
import { wholeNumber } from '../input/whole-number.js';
import { print, printJson } from '../output/print.js';
import type { Command, CommandContext } from './command.js';
import { checkReason } from './register.js';
import { actorOf, identity, knownBy } from './registrar.js';

interface Options {
  readonly reason?: string;
  readonly actor?: string;
}

type Names = [service: string, instance: string | undefined];

async function operatorFor({ session }: CommandContext, names: InstanceNames): Promise<Operator> {
  const known = await knownBy(session, names);
  return new Operator(session.journal, identity, known);
}

/** One write about one instance, and one line that says so. */
function operation(
  done: string,
  write: (operator: Operator, names: InstanceNames, by: ReturnType<typeof actorOf>) => Promise<number>,
): Command<Options, Names> {
  return async (context, options, service, instance) => {
    const names = instanceNamesOf(context.namespace, service, instance);
    checkReason(options.reason);
    const sequence = await write(await operatorFor(context, names), names, actorOf(options));
    if (context.json) printJson({ ...names, sequence });
    else print(`${done} ${names.service}/${names.instance}, sequence ${sequence}`);
  };
}

export const operations = {
  drain: operation('draining', (operator, names, by) => operator.override(names, { status: 'draining' }, by)),
  maintain: operation('in maintenance:', (operator, names, by) =>
    operator.override(names, { status: 'maintenance' }, by),
  ),
  evict: operation('evicted', (operator, names, by) => operator.evict(names, by)),
  lift: operation('lifted what was laid over', (operator, names, by) => operator.lift(names, by)),
} as const;

export const weigh: Command<Options, [name: string, weight: string]> = (context, options, name, text) => {
  const weight = wholeNumber('weight', text);
  const weighing = operation(`weight ${weight} for`, (operator, names, by) =>
    operator.override(names, { weight }, by),
  );
  return weighing(context, options, name, undefined);
};

interface ProtectOptions extends Options {
  readonly share: string;
  readonly minimum: string;
  readonly longest: string;
}

export const protect: Command<ProtectOptions, [service: string]> = async (context, options, service) => {
  const { namespace, session, json } = context;
  checkReason(options.reason);
  const protection = {
    sharePercent: wholeNumber('share', options.share),
    minimumCount: wholeNumber('minimum', options.minimum),
    maxMs: durationMs(options.longest),
  };
  const operator = new Operator(session.journal, identity, () => undefined);
  const sequence = await operator.changePolicy({ namespace, service, protection }, actorOf(options));
  if (json) printJson({ namespace, service, protection, sequence });
  else print(`protection of ${service} set, sequence ${sequence}`);
};
