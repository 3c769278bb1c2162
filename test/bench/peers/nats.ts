import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { AckPublisher, connectBroker, openReader, OutgoingHeaders, publishBatch } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { type Later, opening } from './opening.js';
import type { Peer, PeerRecord } from './peer.js';

const encoder = new TextEncoder();
const BULK_MAX = 1_000;

const connect = ({ url, user, password }: TestBroker): Promise<NatsConnection> =>
  connectBroker({ url, user, password });

interface Shape {
  readonly name: string;
  readonly stream: string;
  readonly prefix: string;
  readonly how: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly isReadable: boolean;
}

const shapes: Readonly<Record<'stream' | 'kv', Shape>> = {
  stream: {
    name: 'raw JetStream',
    stream: 'RAW',
    prefix: 'raw.',
    how: 'the limit: one stream, published to with acknowledgements (bulk: atomic batches of 1,000), read by an ordered consumer',
    config: { allow_atomic: true },
    isReadable: false,
  },
  kv: {
    name: 'NATS KV',
    stream: 'KV_peer',
    prefix: '$KV.peer.',
    how: 'what one would pick instead: puts into a bucket (bulk: atomic batches of 1,000), a watcher, lookups by direct get of all keys of a service',
    config: {
      allow_atomic: true,
      allow_direct: true,
      max_msgs_per_subject: 1,
      allow_rollup_hdrs: true,
      discard: 'new',
    },
    isReadable: true,
  },
};

/** A stream, or a KV bucket, on a server that syncs before the acknowledgement. */
export const startNats = (kind: keyof typeof shapes): Promise<Peer> =>
  opening((later) => openNats(kind, later));

async function openNats(kind: keyof typeof shapes, later: Later): Promise<Omit<Peer, 'stop'>> {
  const { name, stream, prefix, how, config, isReadable } = shapes[kind];
  const broker = await startTestBroker({ synced: true });
  later(() => broker.stop());
  const connection = await connect(broker);
  later(() => connection.close());
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: stream, subjects: [`${prefix}>`], storage: 'file', ...config });
  const publisher = new AckPublisher(connection, { stream });
  later(() => publisher.close());
  const watching = await connect(broker);
  later(() => watching.close());
  const outgoing = ({ service, instance, value }: PeerRecord) => {
    const headers = new OutgoingHeaders().put('Nats-Msg-Id', instance);
    return { subject: `${prefix}${service}.${instance}`, payload: encoder.encode(value), headers };
  };
  return {
    name: `${name} ${connection.info?.version}`,
    durability: 'synced before the acknowledgement (sync_interval: always)',
    how,
    servers: { 'nats-server': broker.pid },
    bulkMax: BULK_MAX,
    register: async (record) => {
      await publisher.publish(outgoing(record));
    },
    registerBulk: async (records) => {
      await publishBatch(connection, stream, records.map(outgoing));
    },
    watch: async (onSeen) => {
      await openReader(watching, { stream, ...(isReadable && { from: 'last-per-subject' }) }, (message) =>
        onSeen(message.json<{ instance: string }>().instance),
      );
    },
    ...(isReadable && {
      lookup: async (service: string) => {
        let count = 0;
        const found = await manager.direct.getLastMessagesFor(stream, {
          multi_last: [`${prefix}${service}.*`],
        });
        for await (const message of found) {
          message.json();
          count += 1;
        }
        return count;
      },
    }),
  };
}
