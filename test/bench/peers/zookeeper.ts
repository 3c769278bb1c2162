import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPeer } from './install.js';
import { type Later, opening } from './opening.js';
import type { Peer, PeerRecord } from './peer.js';
import { freePort, startServer } from './server.js';
import { createBody, jute, op, ZooKeeperSession } from './zookeeper-wire.js';

const JARS = [
  'zookeeper',
  'zookeeper-jute',
  'slf4j-api',
  'slf4j-nop',
  'commons-cli',
  'commons-io',
  'metrics-core',
  'netty-all',
  'snappy-java',
];
/** Children and everything below them, told as long as the session lives (AddWatchMode). */
const PERSISTENT_RECURSIVE = 1;
const ROOT = '/services';
const READY_ATTEMPTS = 100;
/** So many records are about 0.7 MB: a request may have 1 MB (jute.maxbuffer). */
const BULK_MAX = 1_000;
const pathOf = ({ service, instance }: PeerRecord): string => `${ROOT}/${service}/${instance}`;

/** ZooKeeper, one node; its transaction log is synced before the answer (forceSync, its default). */
export const startZooKeeper = (): Promise<Peer> => opening(openZooKeeper);

async function openZooKeeper(later: Later): Promise<Omit<Peer, 'stop'>> {
  const java = javaOnPath();
  const jars = join(await installPeer('zookeeper'), 'usr/share/java');
  const port = await freePort();
  const server = await startServer(
    java,
    async (directory) => {
      const file = join(directory, 'zoo.cfg');
      const lines = ['tickTime=2000', `dataDir=${directory}`, `clientPort=${port}`];
      await writeFile(file, [...lines, 'clientPortAddress=127.0.0.1', 'maxClientCnxns=0'].join('\n'));
      return [
        '-Xmx1g',
        '-Dzookeeper.admin.enableServer=false',
        '-cp',
        JARS.map((jar) => join(jars, `${jar}.jar`)).join(':'),
        'org.apache.zookeeper.server.ZooKeeperServerMain',
        file,
      ];
    },
    port,
  );
  later(() => server.stop());
  const session = await openWhenReady(port);
  later(() => session.close());
  await session.request(op.create, createBody(ROOT, ''));
  const known = new Set<string>();
  const folder = async (path: string): Promise<void> => {
    if (known.has(path)) return;
    known.add(path);
    await session.request(op.create, createBody(path, ''));
  };
  const prepare = async (records: readonly PeerRecord[]): Promise<void> => {
    await Promise.all(records.map(({ service }) => folder(`${ROOT}/${service}`)));
  };
  return {
    name: `ZooKeeper ${versionIn(jars)}`,
    durability: 'its transaction log is synced before the answer',
    how: 'its own wire protocol; bulk is a multi of 1,000 creates; the folder of a service is made before the clock runs; a watcher is told of the node, then reads it; a lookup lists the children and reads each, pipelined; what it acknowledges can be read at once',
    servers: { ZooKeeper: server.pid },
    bulkMax: BULK_MAX,
    prepare,
    register: async (record) => {
      await session.request(op.create, createBody(pathOf(record), record.value));
    },
    registerBulk: async (records) => {
      const answer = await session.request(op.multi, multiBody(records));
      // Of a multi that failed, each part answers with an error, and the whole with none.
      if (answer.readInt32BE(0) !== op.create) throw new Error('ZooKeeper refused a multi');
    },
    watch: async (onSeen) => {
      const watcher: ZooKeeperSession = await ZooKeeperSession.open(port, (path) => {
        if (path.split('/').length !== 4) return;
        void readRecord(watcher, path).then(
          (instance) => onSeen(instance),
          () => undefined,
        );
      });
      later(() => watcher.close());
      await watcher.request(op.addWatch, Buffer.concat([jute.text(ROOT), jute.int(PERSISTENT_RECURSIVE)]));
    },
    lookup: async (service) => {
      const path = `${ROOT}/${service}`;
      const children = await session.request(
        op.getChildren,
        Buffer.concat([jute.text(path), jute.bool(false)]),
      );
      const names = textsIn(children);
      return (await Promise.all(names.map((name) => readRecord(session, `${path}/${name}`)))).length;
    },
  };
}

/** Its port is open a moment before it takes sessions. */
async function openWhenReady(port: number): Promise<ZooKeeperSession> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ZooKeeperSession.open(port);
    } catch (error) {
      if (attempt === READY_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function multiBody(records: readonly PeerRecord[]): Buffer {
  const header = (code: number, isDone: boolean): Buffer =>
    Buffer.concat([jute.int(code), jute.bool(isDone), jute.int(-1)]);
  return Buffer.concat([
    ...records.flatMap((record) => [header(op.create, false), createBody(pathOf(record), record.value)]),
    header(-1, true),
  ]);
}

async function readRecord(session: ZooKeeperSession, path: string): Promise<string> {
  const body = await session.request(op.getData, Buffer.concat([jute.text(path), jute.bool(false)]));
  const value = body.toString('utf8', 4, 4 + body.readInt32BE(0));
  return (JSON.parse(value) as { instance: string }).instance;
}

function textsIn(body: Buffer): string[] {
  const texts: string[] = [];
  let at = 4;
  for (let left = body.readInt32BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    texts.push(body.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return texts;
}

function javaOnPath(): string {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return 'java';
  } catch {
    throw new Error('it needs a Java runtime on PATH');
  }
}

function versionIn(jars: string): string {
  const known = ['3.8.0', '3.9.3'].find((version) => existsSync(join(jars, `zookeeper-${version}.jar`)));
  return known ?? 'of Debian';
}
