import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { newCredentials } from '#broker';
import { freePort } from './free-port.js';
import { startTestBroker, type TestBroker } from './test-broker.js';

/** Several real nats-servers in one JetStream cluster. Always stop() it. */
export interface TestCluster {
  readonly nodes: readonly TestBroker[];
  /** Ready to be handed to `connect()`; names every node. */
  readonly connection: { readonly servers: string[]; readonly user: string; readonly pass: string };
  readonly sysConnection: { readonly servers: string[]; readonly user: string; readonly pass: string };
  /** The settings a Rollcall process needs to join it. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits until a leader is elected and all nodes follow it; after a restart that may take 10 s. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 30_000;

/** Starts `size` servers and waits until they have elected a leader and all follow it. */
export async function startTestCluster(size = 3): Promise<TestCluster> {
  const root = await mkdtemp(join(tmpdir(), 'rollcall-cluster-'));
  const credentials = newCredentials();
  const routePorts = await Promise.all(Array.from({ length: size }, freePort));
  const routes = routePorts.map((port) => `nats://127.0.0.1:${port}`);
  const nodes = await Promise.all(
    routePorts.map(async (port, index) => {
      const dataDir = join(root, `n${index + 1}`);
      await mkdir(dataDir);
      const own = { ...credentials, serverName: `n${index + 1}` };
      await writeFile(join(dataDir, 'credentials.json'), JSON.stringify(own), { mode: 0o600 });
      const listen = { name: 'test', listen: `127.0.0.1:${port}`, routes };
      return startTestBroker({ dataDir, extraConfig: `cluster: ${JSON.stringify(listen)}\n` });
    }),
  );
  const servers = nodes.map((node) => node.url);
  const sysConnection = { servers, user: credentials.sys.user, pass: credentials.sys.password };
  const ready = () => awaitCluster(sysConnection, size);
  await ready();
  return {
    nodes,
    connection: { servers, user: credentials.app.user, pass: credentials.app.password },
    sysConnection,
    env: { ...nodes[0]?.env, NATS_URL: servers.join(',') },
    ready,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(root, { recursive: true, force: true });
    },
  };
}

interface MetaState {
  data?: { meta_cluster?: { cluster_size?: number; replicas?: { current?: boolean }[] } };
}

async function awaitCluster(connection: TestCluster['sysConnection'], size: number): Promise<void> {
  const client = await connect(connection);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  try {
    for (;;) {
      // Only the leader answers, and it alone knows who follows.
      const reply = await client
        .request('$SYS.REQ.SERVER.PING.JSZ', JSON.stringify({ leader_only: true }), { timeout: 500 })
        .then(
          (message) => message.json<MetaState>().data?.meta_cluster,
          () => undefined,
        );
      const current = reply?.replicas?.filter((replica) => replica.current === true).length ?? 0;
      if (reply?.cluster_size === size && current === size - 1) return;
      if (Date.now() > deadline)
        throw new Error(`the cluster of ${size} found no leader in ${READY_TIMEOUT_MS} ms`);
      await delay(50);
    }
  } finally {
    await client.close();
  }
}
