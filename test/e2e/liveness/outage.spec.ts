import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryStore } from '#jetstream';
import type { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { freshFollower, openAudit } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { statusesOf, verdictsIn } from '../fixtures/verdicts.js';

const CROWDS = 2;
const EACH = 500;
/** A short lease, so that an outage of seconds is longer than it. */
const LEASE = { heartbeatMs: 1_000, leaseMs: 4_000 };
const QUIET_MS = 12_000;
/** Of a thousand, where the machine itself is too slow to let everybody beat again in time. */
const SUSPICIONS_MAX = 10;

let broker: TestBroker;
let registry: RegistryProcess;
let crowds: CrowdProcess[] = [];
let store: RegistryStore;
let view: ViewFollower;
let verdictsBefore = 0;

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  view = await freshFollower(store);
  const order = (index: number) =>
    ({ instances: instancesOf(`crowd-${index}`, EACH), lease: LEASE }) as const;
  crowds = await Promise.all(Array.from({ length: CROWDS }, (_, index) => startCrowd(broker, order(index))));
}, 60_000);
afterAll(async () => {
  await Promise.all(crowds.map((crowd) => crowd.kill()));
  await registry?.kill();
  view?.close();
  await store?.connection.close();
  await broker?.stop();
});

describe('a thousand instances that live on while their broker is dead', () => {
  it('are all up before', async () => {
    await view.reached((await store.journal.ends()).lastSequence);
    expect(statusesOf(view)).toEqual({ up: CROWDS * EACH });
  });

  it('beat a thousand times a second, and nobody is even suspected', async () => {
    await delay(QUIET_MS);
    expect(await verdictsIn(store)).toEqual([]);
  }, 30_000);

  it('lose nobody when it is killed and comes back after longer than their lease', async () => {
    await broker.kill();
    await delay(LEASE.leaseMs + 1_000);
    await broker.restart();
    await expectNobodyLost();
  }, 60_000);

  // Connections that are asked in vain are given up after 4 to 6 s: some of them by the instances, and perhaps not by
  // the registry, which then sees a thousand leases lapse at once and nobody who answers.
  it.each([3_000, LEASE.leaseMs + 1_000])(
    'lose nobody, and hardly suspect anybody, when it is frozen for %d ms',
    async (frozenMs) => {
      await broker.pause();
      await delay(frozenMs);
      await broker.resume();
      await expectNobodyLost();
    },
    60_000,
  );

  it('lose nobody when the whole machine stands still', async () => {
    const processes = [registry, ...crowds];
    await broker.pause();
    for (const process of processes) process.signal('SIGSTOP');
    await delay(LEASE.leaseMs + 1_000);
    await broker.resume();
    for (const process of processes) process.signal('SIGCONT');
    await expectNobodyLost();
  }, 60_000);
});

async function expectNobodyLost(): Promise<void> {
  await registry.untilReady();
  // Time enough for a wrong verdict: a beat's life, the grace, and the slack of every sweep.
  await delay(LEASE.leaseMs + 1_000);
  const verdicts = (await verdictsIn(store)).slice(verdictsBefore);
  verdictsBefore += verdicts.length;
  const suspected = verdicts.filter(({ state }) => state === 'suspected').length;
  process.stderr.write(`outage: ${suspected} suspicions\n`);
  expect(verdicts.filter(({ state }) => state === 'expired')).toEqual([]);
  expect(suspected).toBeLessThanOrEqual(SUSPICIONS_MAX);
  expect(crowds.flatMap(({ said }) => said)).toEqual([]);
  await view.reached((await store.journal.ends()).lastSequence);
  expect(statusesOf(view)).toEqual({ up: CROWDS * EACH });
}
