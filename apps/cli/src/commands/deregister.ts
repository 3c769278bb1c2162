import { instanceNamesOf } from '../input/names.js';
import { print, printJson } from '../output/print.js';
import type { Command } from './command.js';
import { checkReason } from './register.js';
import { actorOf, registrarFor } from './registrar.js';

interface Options {
  readonly reason?: string;
  readonly actor?: string;
}

export const deregister: Command<Options, [service: string, instance: string | undefined]> = async (
  { session, namespace, json },
  options,
  service,
  instance,
) => {
  const names = instanceNamesOf(namespace, service, instance);
  checkReason(options.reason);
  const registrar = await registrarFor(session, names);
  const { sequence, incarnation } = await registrar.deregister(names, actorOf(options));
  if (json) printJson({ ...names, sequence, incarnation });
  else
    print(
      `deregistered ${names.service}/${names.instance}, incarnation ${incarnation}, sequence ${sequence}`,
    );
};
