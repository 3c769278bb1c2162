import type { InstanceRecord, NewEvent } from '#contracts';
import { isPresent } from '#domain';
import { openRegistryStore } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker } from '#testkit';
import { startRegistry } from '../registry.js';
import type { Peer, PeerRecord } from './peer.js';
import { openDnsLookups, openHttpLookups } from './rollcall-lookups.js';
import { freePort } from './server.js';

/** Rollcall as it ships: a synced broker, a registry in a process of its own. */
export async function startRollcall(): Promise<Peer> {
  const broker = await startTestBroker({ synced: true });
  const dnsPort = await freePort();
  const registry = await startRegistry(broker, { env: { ROLLCALL_DNS_PORT: String(dnsPort) } });
  const http = openHttpLookups(registry.url);
  const dns = await openDnsLookups(dnsPort);
  const { url, user, password } = broker;
  const open = async () => openRegistryStore({ connection: await connectBroker({ url, user, password }) });
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
  await follower.start();
  return {
    name: 'Rollcall',
    durability: 'the journal is synced before the acknowledgement',
    how: 'events with acknowledgement (bulk: atomic batches of 1,000), seen in the view of a client; lookups in process, in that view, over HTTP and over DNS (addresses)',
    bulkMax: 1_000,
    register: async (record) => {
      await writer.journal.append(eventOf(record));
    },
    registerBulk: async (records) => {
      await writer.journal.appendBatch(records.map(eventOf));
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
    stop: async () => {
      await Promise.all([http.close(), dns.close()]);
      follower.close();
      await registry.stop();
      await writer.connection.close();
      await watcher.connection.close();
      await broker.stop();
    },
  };
}

function eventOf({ value, service, instance }: PeerRecord): NewEvent {
  const data = JSON.parse(value) as InstanceRecord;
  const aggregate = { kind: 'instance', namespace: 'default', service, instance } as const;
  return { id: `event-${instance}`, type: 'rollcall.instance.registered.v1', aggregate, data };
}
