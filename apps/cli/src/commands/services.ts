import { keyPatterns } from '#nats';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { takePast, takeSnapshot } from '../snapshot.js';
import type { AtOption, Command } from './command.js';

export const services: Command<AtOption> = async ({ session, namespace, json }, { at }) => {
  const { reader, sequence } =
    at === undefined
      ? await takeSnapshot(session, keyPatterns({ namespace }))
      : await takePast(session, at, { namespace });
  const found = reader.services(namespace);
  if (json) {
    printJson({ namespace, sequence, services: found });
    return;
  }
  if (found.length === 0) {
    print(`no services in namespace "${namespace}"`);
    return;
  }
  const rows = found.map(({ service, instances, statuses, versions }) => [
    service,
    instances,
    Object.entries(statuses)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
    versions.join(', '),
  ]);
  print(renderTable(['SERVICE', 'INSTANCES', 'STATUS', 'VERSIONS'], rows));
};
