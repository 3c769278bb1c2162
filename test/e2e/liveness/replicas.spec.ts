import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RegistryStore } from '#jetstream';
import type { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { freshFollower, openAudit, verifyAtRest } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { chanceOf } from '../fixtures/seed.js';
import { type JournaledVerdict, shown, verdictsIn } from '../fixtures/verdicts.js';

const PROCESSES = 10;
/** In as many services, so that protection has nothing to say. */
const EACH = 6;
const LEASE = { heartbeatMs: 1_000, leaseMs: 4_000 };

const seed = jest.getSeed();
const chance = chanceOf(seed);
let broker: TestBroker;
let registries: RegistryProcess[] = [];
let store: RegistryStore;
let view: ViewFollower;
let doomed: CrowdProcess[] = [];
let survivors: CrowdProcess;

beforeAll(async () => {
  process.stderr.write(`replicas: seed ${seed}\n`);
  broker = await startTestBroker({ synced: true });
  registries = [startRegistry(broker), startRegistry(broker)];
  await Promise.all(registries.map((registry) => registry.untilReady()));
  store = await openAudit(broker);
  view = await freshFollower(store);
  survivors = await startCrowd(broker, { instances: instancesOf('survivor', 50), lease: LEASE });
  for (let first = 0; first < PROCESSES; first += 5) {
    const wave = Array.from({ length: 5 }, (_, index) => servicesOf(first + index));
    doomed.push(
      ...(await Promise.all(wave.map((instances) => startCrowd(broker, { instances, lease: LEASE })))),
    );
  }
}, 90_000);
afterAll(async () => {
  await Promise.all([...doomed, survivors].map((crowd) => crowd?.kill()));
  await Promise.all(registries.map((registry) => registry.kill()));
  view?.close();
  await store?.connection.close();
  await broker?.stop();
});

function servicesOf(crowd: number) {
  return Array.from({ length: EACH }, (_, index) => instancesOf(`doomed-${crowd}-${index}`, 1)).flat();
}

/** One of the two at a time, at random moments, until told to stop. */
async function killRegistries(signal: AbortSignal): Promise<number> {
  let kills = 0;
  while (!signal.aborted) {
    await delay(chance.between(100, 1_500));
    const index = chance.between(0, 1);
    await registries[index]?.kill();
    registries[index] = startRegistry(broker);
    kills += 1;
    if (chance.next() < 0.5) await registries[index].untilReady();
  }
  return kills;
}

async function untilGone(names: readonly string[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const isGone = (name: string): boolean => {
    const [service, instance] = name.split('/') as [string, string];
    return shown(view, service, instance)?.departure === 'expired';
  };
  while (!names.every(isGone)) {
    if (performance.now() > deadline)
      throw new Error(`still there: ${names.filter((name) => !isGone(name)).join(', ')}`);
    await delay(50);
  }
}

describe('registries that are killed while instances die', () => {
  it('lose no verdict and write none twice', async () => {
    const over = new AbortController();
    const killing = killRegistries(over.signal);
    for (const crowd of doomed) {
      await delay(chance.between(100, 1_500));
      await crowd.kill();
    }
    const names = doomed.flatMap((crowd) => crowd.names);
    // Somebody must be there at all: each kill takes a registry's sight for the life of a heartbeat and a second.
    await delay(LEASE.leaseMs);
    over.abort();
    const kills = await killing;
    await untilGone(names, 30_000);
    const verdicts = await verdictsIn(store);
    const stories = new Map(names.map((name) => [name, storyOf(verdicts, name)]));
    expect([...new Set(stories.values())]).toEqual(['suspected expired']);
    process.stderr.write(`replicas: ${kills} kills of a registry, ${names.length} deaths, each told once\n`);
  }, 90_000);

  it('suspect no survivor for good, and expire none', async () => {
    const verdicts = await verdictsIn(store);
    const said = survivors.names.flatMap((name) => storyOf(verdicts, name));
    expect(said.filter((story) => /expired|suspected$/.test(story))).toEqual([]);
    expect(survivors.said).toEqual([]);
    expect((await verifyAtRest(store)).differences).toEqual([]);
  });
});

function storyOf(verdicts: readonly JournaledVerdict[], name: string): string {
  return verdicts
    .filter(({ service, instance }) => `${service}/${instance}` === name)
    .map(({ state }) => state)
    .join(' ');
}
