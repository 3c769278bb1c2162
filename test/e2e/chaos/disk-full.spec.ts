import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { eventTypes } from '#contracts';
import type { RegistryStore } from '#jetstream';
import type { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { freshFollower, openAudit, verifyAtRest } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { statusesOf, verdictsIn } from '../fixtures/verdicts.js';

const LIVING = 20;
const LEASE = { heartbeatMs: 1_000, leaseMs: 4_000 };

let broker: TestBroker;
let registry: RegistryProcess;
let store: RegistryStore;
let view: ViewFollower;
let manager: JetStreamManager;
let living: CrowdProcess;
let doomed: CrowdProcess;

beforeAll(async () => {
  broker = await startTestBroker({ synced: true, maxFileStoreBytes: 2 * 1024 * 1024 });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  view = await freshFollower(store);
  manager = await jetstreamManager(store.connection);
  [living, doomed] = await Promise.all([
    startCrowd(broker, { instances: instancesOf('living', LIVING), lease: LEASE }),
    startCrowd(broker, { instances: instancesOf('doomed', 1), lease: LEASE }),
  ]);
  // Until then the watchman, which has just started, suspects nobody whatever happens.
  await delay(3_500);
}, 30_000);
afterAll(async () => {
  await Promise.all([living, doomed].map((crowd) => crowd?.kill()));
  await registry?.kill();
  view?.close();
  await store?.connection.close();
  await broker?.stop();
});

/** Takes the last of the room, in ever smaller pieces. */
async function fillDisk(): Promise<void> {
  await manager.streams.add({ name: 'FILLER', subjects: ['filler'], storage: 'file' });
  for (let bytes = 64 * 1024; bytes >= 64; bytes /= 4) {
    for (let isFull = false; !isFull;) {
      const reply = await store.connection.request('filler', new Uint8Array(bytes), { timeout: 5_000 });
      isFull = 'error' in reply.json<object>();
    }
  }
}

/** A write as a service makes it. */
function register(instance: string): Promise<number> {
  const names = { namespace: 'default', service: 'late', instance };
  return store.journal.append({
    id: instance,
    type: eventTypes.instanceRegistered,
    aggregate: { kind: 'instance', ...names },
    data: { ...names, incarnation: 1, version: '1.0.0', status: 'up', endpoints: [], leaseMs: 0 },
  });
}

describe('a broker whose disk is full', () => {
  it('says so to writers, and the registry says so when it is asked and in its log', async () => {
    await fillDisk();
    await expect(register('late-1')).rejects.toMatchObject({ code: 'ROLLCALL_BROKER_DISK_FULL' });
    const { checks } = await registry.untilReady(false);
    const wrong = checks.filter(({ ok }) => !ok);
    expect(wrong.map(({ name }) => name)).toEqual(['projection']);
    expect(wrong[0]?.detail).toMatch(/ROLLCALL_BROKER_DISK_FULL/);
    await registry.saw(/lost the projection.*ROLLCALL_BROKER_DISK_FULL/);
  });

  it('costs nobody the life: those that live stay listed for longer than their lease', async () => {
    await doomed.kill();
    await delay(LEASE.leaseMs + 3_000);
    expect(await verdictsIn(store)).toEqual([]);
    expect(statusesOf(view, 'living')).toEqual({ up: LIVING });
    // Who cannot beat is told why; nobody is lost, and nobody comes back as somebody else.
    expect([...new Set(living.said.map(({ said }) => said))]).toEqual(['trouble']);
    expect(living.said).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('ROLLCALL_BROKER_DISK_FULL') }),
    );
  }, 20_000);

  it('heals by itself when there is room again: writes go through, and only the dead are expired', async () => {
    await manager.streams.delete('FILLER');
    await registry.untilReady();
    await expect(register('late-1')).resolves.toBeGreaterThan(0);
    const deadline = performance.now() + 15_000;
    while (statusesOf(view, 'doomed')['expired'] !== 1) {
      if (performance.now() > deadline) throw new Error(`still there: ${JSON.stringify(statusesOf(view))}`);
      await delay(50);
    }
    const verdicts = await verdictsIn(store);
    expect(verdicts.map(({ service, state }) => `${service} ${state}`)).toEqual([
      'doomed suspected',
      'doomed expired',
    ]);
    expect(statusesOf(view, 'living')).toEqual({ up: LIVING });
    expect((await verifyAtRest(store)).differences).toEqual([]);
  }, 30_000);
});
