import { type EtcdClient, startEtcdServer } from './etcd-server.js';
import type { Peer, PeerRecord } from './peer.js';
import { encodeFields, fieldsOf } from './protobuf.js';

const PREFIX = '/services/';
const keyOf = ({ service, instance }: PeerRecord): string => `${PREFIX}${service}/${instance}`;
/** The end of the range of all keys with a prefix: its last byte, plus one. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

/** etcd, one node, over its gRPC API; every write is in its synced log before the answer. */
export async function startEtcd(): Promise<Peer> {
  const server = await startEtcdServer();
  const { call } = server.open();
  const watcher = server.open();
  return {
    name: `etcd ${server.version}`,
    durability: 'its log is synced before the answer',
    how: 'gRPC; bulk is a transaction of 128 puts, the most it takes unless it is told otherwise (--max-txn-ops); a lookup is a linearizable range, or a serializable one, which its one node answers from what it has; what it acknowledges can be read at once',
    servers: { etcd: server.pid },
    bulkMax: 128,
    register: async (record) => {
      await call('KV/Put', putOf(record));
    },
    registerBulk: async (records) => {
      await call(
        'KV/Txn',
        encodeFields(records.map((record) => [2, encodeFields([[2, putOf(record)]])] as const)),
      );
    },
    watch: (onSeen) => openWatch(watcher, onSeen),
    lookup: async (service) => recordsIn(await call('KV/Range', rangeOf(service, false))),
    lookupLocally: async (service) => recordsIn(await call('KV/Range', rangeOf(service, true))),
    stop: () => server.stop(),
  };
}

function rangeOf(service: string, isSerializable: boolean): Buffer {
  const prefix = `${PREFIX}${service}/`;
  return encodeFields([[1, prefix], [2, endOf(prefix)], ...(isSerializable ? [[7, 1] as const] : [])]);
}

function putOf(record: PeerRecord): Buffer {
  return encodeFields([
    [1, keyOf(record)],
    [2, record.value],
  ]);
}

/** Parses what a caller would need: the record of each key. */
function recordsIn(answer: Buffer): number {
  let count = 0;
  for (const [field, pair] of fieldsOf(answer)) {
    if (field !== 2) continue;
    for (const [part, value] of fieldsOf(pair as Buffer)) {
      if (part !== 5) continue;
      JSON.parse((value as Buffer).toString());
      count += 1;
    }
  }
  return count;
}

function openWatch(client: EtcdClient, onSeen: (instance: string) => void): Promise<void> {
  const stream = client.stream('Watch/Watch');
  stream.on('error', () => undefined);
  return new Promise((resolve) => {
    stream.on('data', (answer: Buffer) => {
      for (const [field, value] of fieldsOf(answer)) {
        if (field === 3) resolve();
        else if (field === 11) tell(value as Buffer, onSeen);
      }
    });
    stream.write(
      encodeFields([
        [
          1,
          encodeFields([
            [1, PREFIX],
            [2, endOf(PREFIX)],
          ]),
        ],
      ]),
    );
  });
}

function tell(event: Buffer, onSeen: (instance: string) => void): void {
  for (const [field, pair] of fieldsOf(event)) {
    if (field !== 2) continue;
    for (const [part, value] of fieldsOf(pair as Buffer)) {
      if (part === 5) onSeen((JSON.parse((value as Buffer).toString()) as { instance: string }).instance);
    }
  }
}
