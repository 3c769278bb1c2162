import { checkName, quote, RollcallError, type ServicePolicyRecord } from '#contracts';
import { objectBody, Operator } from '#application';
import { keyPatterns } from '#nats';
import { usage } from '../input/usage.js';
import { print, printJson } from '../output/print.js';
import { takePast, takeSnapshot } from '../snapshot.js';
import type { AtOption, Command } from './command.js';
import { checkReason } from './register.js';
import { actorOf, identity } from './registrar.js';

interface Options extends AtOption {
  readonly set?: string;
  readonly reason?: string;
  readonly actor?: string;
}

const fields = ['description', 'metadata', 'protection', 'calls', 'routes'];

/** Shows what operators decided for a service as a whole, or changes parts of it. */
export const policy: Command<Options, [service: string]> = async (context, options, service) => {
  const { namespace, session, json } = context;
  checkName('service', service);
  const { at } = options;
  if (options.set === undefined) {
    const { reader } =
      at === undefined
        ? await takeSnapshot(session, keyPatterns({ namespace, services: [service] }))
        : await takePast(session, at, { namespace, service });
    const found = reader.service(namespace, service)?.policy;
    if (found === undefined)
      throw new RollcallError('ROLLCALL_NOT_FOUND', `service ${quote(service)} has no policy`);
    printJson(found);
    return;
  }
  if (at !== undefined) throw usage('--at looks at the past, --set changes what is now');
  checkReason(options.reason);
  const change = objectBody(parse(options.set), fields) as Partial<ServicePolicyRecord>;
  const operator = new Operator(session.journal, identity, () => undefined);
  const sequence = await operator.changePolicy({ ...change, namespace, service }, actorOf(options));
  if (json) printJson({ namespace, service, sequence });
  else print(`policy of ${service} set: ${Object.keys(change).join(', ')}, sequence ${sequence}`);
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(`--set is not JSON: ${(error as Error).message}`);
  }
}
