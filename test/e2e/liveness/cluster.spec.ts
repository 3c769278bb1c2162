import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, type ViewFollower } from '#nats';
import { RollcallClient } from '#client';
import { startTestCluster, type TestCluster } from '#testkit';
import { freshFollower, verifyAtRest } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { statusesOf, verdictsIn } from '../fixtures/verdicts.js';

const REPLICAS = 3;
const INSTANCES = 60;
/** The preset that outlasts the election of a stream leader. */
const LEASE = { heartbeatMs: 3_000, leaseMs: 15_000 };

let cluster: TestCluster;
let registry: RegistryProcess;
let crowd: CrowdProcess;
let store: RegistryStore;
let view: ViewFollower;
let client: RollcallClient;

beforeAll(async () => {
  cluster = await startTestCluster(REPLICAS);
  registry = startRegistry(cluster, { ROLLCALL_REPLICAS: String(REPLICAS) });
  await registry.untilReady(true, 40_000);
  const { url, user, password } = access();
  const connection = await connectBroker({ url, user, password, name: 'auditor' });
  store = await openRegistryStore({ connection, replicas: REPLICAS });
  view = await freshFollower(store);
  client = await RollcallClient.connect({ url, user, password });
  crowd = await startCrowd(access(), { instances: instancesOf('crowd', INSTANCES), lease: LEASE });
  await view.reached((await store.journal.ends()).lastSequence);
}, 120_000);
afterAll(async () => {
  await crowd?.kill();
  await client?.close();
  await registry?.kill();
  view?.close();
  await store?.connection.close();
  await cluster?.stop();
});

function access() {
  const { user, pass: password, servers } = cluster.connection;
  return { url: servers.join(','), user, password };
}

async function leaderOf(stream: string) {
  const { cluster: state } = await store.manager.streams.info(stream);
  const leader = cluster.nodes[Number(state?.leader?.slice(1)) - 1];
  if (leader === undefined) throw new Error(`nobody leads ${stream}`);
  return leader;
}

const register = (instance: string) =>
  client.register({ service: 'writers', instance, version: '1.0.0', lease: 'none' });

describe('a registry on three nodes, each stream on all of them', () => {
  it('has everybody up, and its streams on three nodes', async () => {
    expect(statusesOf(view, 'crowd')).toEqual({ up: INSTANCES });
    const { journal, heartbeats, leases, view: bucket, election } = store.streams;
    const infos = await Promise.all(
      [journal, heartbeats, leases, bucket, election].map((name) => store.manager.streams.info(name)),
    );
    expect(infos.map(({ config }) => config.num_replicas)).toEqual(infos.map(() => REPLICAS));
  });

  it.each(['journal', 'heartbeats'] as const)(
    'goes on taking writes when the node that leads its %s is killed, and expires nobody',
    async (stream) => {
      const leader = await leaderOf(store.streams[stream]);
      await leader.kill();
      const killedAtMs = performance.now();
      const written = await register(`after-${stream}`);
      const tookMs = Math.round(performance.now() - killedAtMs);
      await view.reached(written.sequence, 20_000);
      // Time enough for a wrong verdict: the lease, and the slack of every sweep.
      await delay(LEASE.leaseMs + 3_000);
      const verdicts = await verdictsIn(store);
      expect(verdicts.filter(({ state }) => state === 'expired')).toEqual([]);
      expect(crowd.said).toEqual([]);
      process.stderr.write(
        `cluster: leader of ${stream} killed, the next write took ${tookMs} ms; ${verdicts.length} verdicts so far\n`,
      );
      await leader.restart();
      await cluster.ready();
      await view.reached((await store.journal.ends()).lastSequence, 20_000);
      expect(statusesOf(view, 'crowd')).toEqual({ up: INSTANCES });
      expect((await verifyAtRest(store)).differences).toEqual([]);
    },
    120_000,
  );
});
