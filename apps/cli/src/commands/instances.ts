import { checkName, type Endpoint, type InstanceView, quote, RollcallError } from '#contracts';
import { keyPatterns } from '#nats';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { ago } from '../output/time.js';
import { takePast, takeSnapshot } from '../snapshot.js';
import type { AtOption, Command } from './command.js';

interface Options extends AtOption {
  readonly all?: boolean;
}

export const instances: Command<Options, [service: string]> = async (context, { all, at }, service) => {
  const { session, namespace, json } = context;
  checkName('service', service);
  const { reader, sequence, table } =
    at === undefined
      ? await takeSnapshot(session, keyPatterns({ namespace, services: [service] }))
      : await takePast(session, at, { namespace, service });
  if (table.service(namespace, service) === undefined) {
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `namespace ${quote(namespace)} ${at === undefined ? 'has' : 'had'} no service ${quote(service)}`,
    );
  }
  const found = reader.instances(namespace, service, { all: all === true });
  if (json) {
    printJson({ namespace, service, sequence, instances: found });
    return;
  }
  if (found.length === 0)
    print(`no instance of "${service}" is there${all === true ? '' : '; --all shows the departed'}`);
  else print(renderTable(HEAD, found.map(rowOf)));
};

const HEAD = ['INSTANCE', 'STATUS', 'VERSION', 'ENDPOINTS', 'ZONE', 'WEIGHT', 'INCARNATION', 'AGE'];

function rowOf(view: InstanceView): (string | number)[] {
  const { instance, status, departure, version, endpoints, zone, weight, incarnation, registeredAt } = view;
  return [
    instance,
    departure ?? status,
    version,
    endpoints.map(endpointText).join(' '),
    zone ?? '',
    weight,
    incarnation,
    ago(registeredAt, Date.now()),
  ];
}

export function endpointText({ name, protocol, address = '', port, path = '', subject }: Endpoint): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const target = protocol === 'nats' ? `nats:${subject}` : `${protocol}://${host}:${port}${path}`;
  return name === protocol ? target : `${name}=${target}`;
}
