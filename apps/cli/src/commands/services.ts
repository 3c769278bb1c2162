import { keyPatterns } from '#nats';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import { takeSnapshot } from '../snapshot.js';
import type { Command } from './command.js';

export const services: Command = async ({ session, namespace, json }) => {
  const { reader, position } = await takeSnapshot(session, keyPatterns({ namespace }));
  const found = reader.services(namespace);
  if (json) {
    printJson({ namespace, sequence: position?.position ?? 0, services: found });
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
