import { jetstreamManager } from '@nats-io/jetstream';
import { AckPublisher, connectBroker, OutgoingHeaders, publishBatch } from '#nats';
import { startTestBroker } from '#testkit';
import { fixtureRecord } from '../fixtures.js';
import { numbers } from './abreast.js';
import { LEASE_TTL_MS, type LeaseSystem } from './lease-system.js';

const BATCH = 1_000;
const STREAM = 'KV_leases';

/** What one would pick instead: a bucket whose records end by themselves, and a put for each renewal. */
export async function startNatsLeases(leases: number): Promise<LeaseSystem> {
  const broker = await startTestBroker({ synced: true });
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: STREAM,
    subjects: ['$KV.leases.>'],
    storage: 'file',
    max_msgs_per_subject: 1,
    allow_atomic: true,
    allow_msg_ttl: true,
    discard: 'new',
    allow_rollup_hdrs: true,
  });
  const publisher = new AckPublisher(connection, { stream: STREAM });
  const records = numbers(leases).map((lease) => {
    const record = fixtureRecord(lease, leases);
    return { subject: `$KV.leases.${record.instance}`, payload: Buffer.from(JSON.stringify(record)) };
  });
  const put = (lease: number) => {
    const headers = new OutgoingHeaders().put('Nats-TTL', `${LEASE_TTL_MS / 1_000}s`);
    return { ...(records[lease] as (typeof records)[number]), headers };
  };
  for (let start = 0; start < leases; start += BATCH) {
    const batch = numbers(Math.min(BATCH, leases - start)).map((offset) => put(start + offset));
    await publishBatch(connection, STREAM, batch);
  }
  return {
    name: `NATS KV ${connection.info?.version}`,
    durability: 'a renewal is synced before its acknowledgement (sync_interval: always)',
    how: 'a key for each instance with a time to live, put again with its record for each renewal',
    servers: [broker.pid],
    renew: async (lease) => {
      await publisher.publish(put(lease));
    },
    stop: async () => {
      publisher.close();
      await connection.close();
      await broker.stop();
    },
  };
}
