import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { AckPublisher, connectBroker, OutgoingHeaders } from '#nats';
import { startTestBroker } from '#testkit';
import { fixtureRecord } from '../fixtures.js';
import { abreast, numbers } from './abreast.js';
import { LEASE_TTL_MS, type LeaseSystem } from './lease-system.js';
import { type Later, opening } from './opening.js';

const IN_FLIGHT = 256;
const STREAM = 'KV_leases';

interface Persisting {
  readonly name: string;
  readonly durability: string;
  readonly config: Partial<StreamConfig> & { readonly persist_mode?: 'async' };
  readonly isAside?: true;
}

const persistings: Readonly<Record<'async' | 'synced', Persisting>> = {
  async: {
    name: 'NATS KV, persisted soon after,',
    durability: 'as ours (persist_mode: async)',
    config: { persist_mode: 'async' },
  },
  synced: {
    name: 'NATS KV, synced,',
    durability:
      'a renewal is synced before its acknowledgement (sync_interval: always), which ours is not: no ratio is taken',
    config: {},
    isAside: true,
  },
};

/** What one would pick instead: a bucket whose records end by themselves, and a put for each renewal. */
export const startNatsLeases = (persist: keyof typeof persistings, leases: number): Promise<LeaseSystem> =>
  opening((later) => openNatsLeases(persistings[persist], leases, later));

async function openNatsLeases(
  { name, durability, config, ...more }: Persisting,
  leases: number,
  later: Later,
): Promise<Omit<LeaseSystem, 'stop'>> {
  const broker = await startTestBroker({ synced: true });
  later(() => broker.stop());
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password });
  later(() => connection.close());
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: STREAM,
    subjects: ['$KV.leases.>'],
    storage: 'file',
    max_msgs_per_subject: 1,
    allow_msg_ttl: true,
    discard: 'new',
    allow_rollup_hdrs: true,
    ...config,
  });
  const publisher = new AckPublisher(connection, { stream: STREAM });
  later(() => publisher.close());
  const records = numbers(leases).map((lease) => {
    const record = fixtureRecord(lease, leases);
    return { subject: `$KV.leases.${record.instance}`, payload: Buffer.from(JSON.stringify(record)) };
  });
  const put = async (lease: number): Promise<void> => {
    const headers = new OutgoingHeaders().put('Nats-TTL', `${LEASE_TTL_MS / 1_000}s`);
    await publisher.publish({ ...(records[lease] as (typeof records)[number]), headers });
  };
  await abreast(numbers(leases), IN_FLIGHT, put);
  return {
    name: `${name} ${connection.info?.version}`,
    durability,
    how: 'a key for each instance with a time to live, put again with its record for each renewal',
    servers: [broker.pid],
    renew: put,
    ...more,
  };
}
