import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { installPeer } from './install.js';
import type { Peer, PeerRecord } from './peer.js';
import { encodeFields, fieldsOf } from './protobuf.js';
import { freePort, startServer } from './server.js';

const PREFIX = '/services/';
const keyOf = ({ service, instance }: PeerRecord): string => `${PREFIX}${service}/${instance}`;
/** The end of the range of all keys with a prefix: its last byte, plus one. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

const same = (bytes: Buffer): Buffer => bytes;

/** etcd, one node, over its gRPC API (api/etcdserverpb/rpc.proto); every write is in its synced log before the answer. */
export async function startEtcd(): Promise<Peer> {
  const binary = join(await installPeer('etcd'), 'usr/bin/etcd');
  const version = /etcd Version: (\S+)/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8' }))?.[1];
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const server = await startServer(
    binary,
    (directory) => [
      `--data-dir=${join(directory, 'data')}`,
      '--log-level=error',
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
    ],
    port,
  );
  const open = (): Client => new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const client = open();
  const watcher = open();
  const call = (method: string, request: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(`/etcdserverpb.KV/${method}`, same, same, request, (error, answer) =>
        error === null && answer !== undefined ? resolve(answer) : reject(error as Error),
      );
    });
  await call('Range', encodeFields([[1, 'ready']]));
  return {
    name: `etcd ${version}`,
    durability: 'its log is synced before the answer',
    how: 'gRPC; bulk is a transaction of 128 puts, the most it takes; a lookup is a linearizable range',
    bulkMax: 128,
    register: async (record) => {
      await call('Put', putOf(record));
    },
    registerBulk: async (records) => {
      await call(
        'Txn',
        encodeFields(records.map((record) => [2, encodeFields([[2, putOf(record)]])] as const)),
      );
    },
    watch: (onSeen) => openWatch(watcher, onSeen),
    lookup: async (service) => {
      const prefix = `${PREFIX}${service}/`;
      const answer = await call(
        'Range',
        encodeFields([
          [1, prefix],
          [2, endOf(prefix)],
        ]),
      );
      return recordsIn(answer);
    },
    stop: async () => {
      client.close();
      watcher.close();
      await server.stop();
    },
  };
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

function openWatch(client: Client, onSeen: (instance: string) => void): Promise<void> {
  const stream = client.makeBidiStreamRequest('/etcdserverpb.Watch/Watch', same, same);
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
