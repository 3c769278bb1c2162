import type { InstanceRecord, NewEvent } from '#contracts';
import { isPresent } from '#domain';
import { openRegistryStore, JetStreamJournal } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker } from '#testkit';
import { startRegistry } from '../registry.js';
import { settled } from '../settled.js';
import { numbers } from './abreast.js';
import { type Later, opening } from './opening.js';
import type { Peer, PeerRecord } from './peer.js';
import { openDnsLookups, openHttpLookups } from './rollcall-lookups.js';
import { freePort } from './server.js';
import { IN_FLIGHT } from './workloads.js';

const SEEN_MS_MAX = 120_000;

/** Rollcall as it ships: a synced broker, a registry in a process of its own. */
export const startRollcall = (): Promise<Peer> => opening(openRollcall);

async function openRollcall(later: Later): Promise<Omit<Peer, 'stop'>> {
  const broker = await startTestBroker({ synced: true });
  later(() => broker.stop());
  const dnsPort = await freePort();
  const registry = await startRegistry(broker, { env: { ROLLCALL_DNS_PORT: String(dnsPort) } });
  later(() => registry.stop());
  const http = openHttpLookups(registry.url);
  later(() => http.close());
  const dns = await openDnsLookups(dnsPort);
  later(() => dns.close());
  const { url, user, password } = broker;
  const open = async () => {
    const connection = await connectBroker({ url, user, password });
    later(() => connection.close());
    return openRegistryStore({ connection });
  };
  const writer = await open();
  const watcher = await open();
  let tell: (instance: string) => void = () => undefined;
  const follower = new ViewFollower({
    ...watcher,
    scope: { namespace: 'default' },
    onChange: (_key, { record }) => {
      if ('instance' in record) tell(record.instance);
    },
  });
  later(() => follower.close());
  await follower.start();
  const writers = numbers(IN_FLIGHT).map(() => new JetStreamJournal(writer, writer.manager));
  later(() => writers.forEach((journal) => journal.close()));
  const allSeen = async (): Promise<void> => {
    const { lastSequence } = await writer.journal.ends();
    await follower.reached(lastSequence, SEEN_MS_MAX);
  };
  return {
    name: 'Rollcall',
    durability: 'the journal is synced before the acknowledgement',
    how: 'events with acknowledgement; what one process has in flight at once is merged into atomic batches, where each of the others sends 64 requests, so 64 writers that merge nothing, on one connection, are a row of their own; bulk is atomic batches of 1,000; seen in the view of a client; lookups in process, in that view, over HTTP and over DNS (addresses)',
    servers: { registry: registry.pid, broker: broker.pid },
    bulkMax: 1_000,
    register: async (record) => {
      await writer.journal.append(eventOf(record));
    },
    registerBulk: async (records) => {
      await writer.journal.appendBatch(records.map(eventOf));
    },
    registerApart: async (record, number) => {
      await writers[number]?.append(eventOf(record));
    },
    allSeen,
    settled: async () => {
      await allSeen();
      await settled(writer);
    },
    watch: (onSeen) => {
      tell = onSeen;
      return Promise.resolve();
    },
    lookup: (service) => {
      let count = 0;
      for (const { entry } of follower.table.service('default', service)?.instances.values() ?? []) {
        if (isPresent(entry)) count += 1;
      }
      return Promise.resolve(count);
    },
    remotely: { http: http.lookup, dns: dns.lookup },
  };
}

function eventOf({ value, service, instance }: PeerRecord): NewEvent {
  const data = JSON.parse(value) as InstanceRecord;
  const aggregate = { kind: 'instance', namespace: 'default', service, instance } as const;
  return { id: `event-${instance}`, type: 'rollcall.instance.registered.v1', aggregate, data };
}
