import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RegistryStore } from '#jetstream';
import { startTestBroker, type TestBroker } from '#testkit';
import { openAudit } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { verdictsIn } from '../fixtures/verdicts.js';

/** The benchmark "leases" does the same with 10,000 for two minutes. */
const PROCESSES = 2;
const EACH = 1_000;
const LEASE = { heartbeatMs: 3_000, leaseMs: 9_000 };
/** Three beats of everybody, and one sweep at least. */
const WATCHED_MS = 10_000;

let broker: TestBroker;
let registry: RegistryProcess;
let store: RegistryStore;
let crowds: CrowdProcess[] = [];

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  crowds = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) =>
      startCrowd(broker, { instances: instancesOf(`crowd-${index}`, EACH), lease: LEASE }),
    ),
  );
}, 90_000);
afterAll(async () => {
  await Promise.all(crowds.map((crowd) => crowd.kill()));
  await registry?.kill();
  await store?.connection.close();
  await broker?.stop();
});

it('nobody of 2,000 who beat is suspected, expired or heard of again', async () => {
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  expect(await verdictsIn(store)).toEqual([]);
  expect(crowds.flatMap(({ said }) => said)).toEqual([]);
}, 30_000);
