import { checkName, type InstanceView, type ViewRecord } from '#contracts';
import { ViewFollower } from '#nats';
import { plain } from '../output/plain.js';
import { print, printJsonLine, remark } from '../output/print.js';
import type { Command } from './command.js';
import { endpointText } from './instances.js';

const signs = { added: '+', updated: '~', removed: '-' } as const;

/** Prints what is there, then every change, until it is interrupted. */
export const watch: Command<object, [service: string | undefined]> = async (context, _options, service) => {
  const { session, namespace, json } = context;
  if (service !== undefined) checkName('service', service);
  const follower = new ViewFollower({
    ...session,
    scope: { namespace, ...(service === undefined ? {} : { services: [service] }) },
    onChange: (key, record) => (json ? printJsonLine({ key, ...record }) : print(changeLine(record))),
    onResynced: ({ reason, position }) => {
      if (reason === 'start') remark(`watching from sequence ${position}; Ctrl-C ends it`);
      else remark(`loaded again at sequence ${position} (${reason})`);
    },
    onTrouble: (error) => remark(plain(error.message)),
  });
  await follower.start();
  await interrupted();
  follower.close();
};

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** `2026-11-22T15:04:05.123Z 12 + orders/orders-1 up http://127.0.0.1:8081 (reason)` */
function changeLine({ at, sequence, change, cause, changed, record }: ViewRecord): string {
  const {
    service,
    instance,
    status,
    departure,
    endpoints = [],
  } = record as Partial<InstanceView> & { service: string };
  const words = [
    at,
    String(sequence),
    signs[change],
    instance === undefined ? `service ${service}` : `${service}/${instance}`,
    departure ?? status ?? '',
    change === 'added' ? endpoints.map(endpointText).join(' ') : '',
    change === 'updated' ? changed.join(',') : '',
    cause.reason === undefined ? '' : `(${cause.reason})`,
  ];
  return plain(words.filter((word) => word !== '').join(' '));
}
