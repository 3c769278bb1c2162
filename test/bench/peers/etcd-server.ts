import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type ClientDuplexStream, Client, credentials } from '@grpc/grpc-js';
import { encodeFields } from './protobuf.js';
import { installPeer } from './install.js';
import { type Later, opening } from './opening.js';
import { freePort, startServer } from './server.js';

const same = (bytes: Buffer): Buffer => bytes;

/** One etcd node and the ways to talk to it (api/etcdserverpb/rpc.proto). */
export interface EtcdServer {
  readonly version: string;
  readonly pid: number;
  open(): EtcdClient;
  stop(): Promise<void>;
}

/** One connection; messages are protobuf already. */
export interface EtcdClient {
  /** @param method `KV/Put` */
  readonly call: (method: string, request: Buffer) => Promise<Buffer>;
  readonly stream: (method: string) => ClientDuplexStream<Buffer, Buffer>;
}

export const startEtcdServer = (): Promise<EtcdServer> => opening(openEtcdServer);

async function openEtcdServer(later: Later): Promise<Omit<EtcdServer, 'stop'>> {
  const binary = join(await installPeer('etcd'), 'usr/bin/etcd');
  const said = execFileSync(binary, ['--version'], { encoding: 'utf8' });
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
  later(() => server.stop());
  const open = (): EtcdClient => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    later(() => client.close());
    return clientOf(client);
  };
  await open().call('KV/Range', encodeFields([[1, 'ready']]));
  return {
    version: /etcd Version: (\S+)/.exec(said)?.[1] ?? 'of unknown version',
    pid: server.pid,
    open,
  };
}

function clientOf(client: Client): EtcdClient {
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(`/etcdserverpb.${method}`, same, same, request, (error, answer) =>
          error === null && answer !== undefined ? resolve(answer) : reject(error as Error),
        );
      }),
    stream: (method) => client.makeBidiStreamRequest(`/etcdserverpb.${method}`, same, same),
  };
}
