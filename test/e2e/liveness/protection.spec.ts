import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type ProtectionRecord } from '#contracts';
import type { RegistryStore } from '#jetstream';
import { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { openAudit, readJournal } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { shown, statusesOf, verdictsIn } from '../fixtures/verdicts.js';

const LEASE = { heartbeatMs: 1_000, leaseMs: 4_000 };
const POLICY = { sharePercent: 50, minimumCount: 3, maxMs: 3_000 };
/** Protection lasts `maxMs`; then a tenth of what is shown goes each second, and at last protection itself. */
const NORMAL_AGAIN_MS = POLICY.maxMs + 20_000;

let broker: TestBroker;
let registry: RegistryProcess;
let store: RegistryStore;
let view: ViewFollower;
let single: CrowdProcess;
let four: CrowdProcess;
let fives: CrowdProcess[] = [];
/** The fewest instances anybody was ever shown as up, since the service was complete. */
let fewestUp = Infinity;

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  view = new ViewFollower({
    ...store,
    onChange: () => {
      fewestUp = Math.min(fewestUp, statusesOf(view, 'mass')['up'] ?? 0);
    },
  });
  await view.start();
  await store.journal.append({
    id: 'policy',
    type: eventTypes.servicePolicySet,
    aggregate: { kind: 'service', namespace: 'default', service: 'mass' },
    data: { namespace: 'default', service: 'mass', protection: POLICY },
  });
  const start = (count: number, from: number) =>
    startCrowd(broker, { instances: instancesOf('mass', count, from), lease: LEASE });
  [single, four] = await Promise.all([start(1, 0), start(4, 1)]);
  for (let from = 5; from < 50; from += 15)
    fives.push(...(await Promise.all([0, 5, 10].map((offset) => start(5, from + offset)))));
  await until(() => statusesOf(view, 'mass')['up'] === 50, 10_000);
  fewestUp = 50;
}, 90_000);
afterAll(async () => {
  await Promise.all([single, four, ...fives].map((crowd) => crowd?.kill()));
  await registry?.kill();
  view?.close();
  await store?.connection.close();
  await broker?.stop();
});

async function until(holds: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(
        `not within ${timeoutMs} ms: ${holds.toString()}; shown: ${JSON.stringify(statusesOf(view))}`,
      );
    await delay(20);
  }
}

async function protectionEvents(): Promise<(readonly [type: string, record: ProtectionRecord])[]> {
  const entries = await readJournal(store, ['default.protection.mass']);
  return entries.map(({ type, data }) => [type, data as ProtectionRecord]);
}

describe('a service of fifty instances', () => {
  it('loses one that is killed without any protection', async () => {
    await single.kill();
    await until(() => shown(view, 'mass', 'mass-0')?.departure === 'expired', 10_000);
    expect(await protectionEvents()).toEqual([]);
    expect(fewestUp).toBe(49);
  });

  it('is protected when thirty are killed at once: they are suspected, and stay listed', async () => {
    await Promise.all(fives.slice(0, 6).map((crowd) => crowd.kill()));
    await until(() => statusesOf(view, 'mass')['suspect'] === 30, 5_000);
    await until(() => view.table.service('default', 'mass')?.protection !== undefined, 10_000);
    const [first, ...more] = await protectionEvents();
    expect(more).toEqual([]);
    expect(first).toEqual([
      eventTypes.protectionEngaged,
      expect.objectContaining({ engaged: true, presentCount: 50, goingCount: 31, sharePercent: 50 }),
    ]);
    expect(statusesOf(view, 'mass')).toEqual({ up: 19, suspect: 30, expired: 1 });
  });

  it('is back to normal without an operator, and was never empty in anybody’s eyes', async () => {
    const sinceMs = performance.now();
    await until(() => statusesOf(view, 'mass')['suspect'] === undefined, NORMAL_AGAIN_MS);
    const tookMs = performance.now() - sinceMs;
    await until(() => isReleased(), 5_000);
    expect(statusesOf(view, 'mass')).toEqual({ up: 19, expired: 31 });
    expect(fewestUp).toBe(19);
    const types = (await protectionEvents()).map(([type]) => type);
    expect(types).toEqual([eventTypes.protectionEngaged, eventTypes.protectionReleased]);
    const survivors = new Set([...four.names, ...fives.slice(6).flatMap(({ names }) => names)]);
    const verdicts = await verdictsIn(store);
    expect(verdicts.filter(({ service, instance }) => survivors.has(`${service}/${instance}`))).toEqual([]);
    process.stderr.write(`protection: back to normal ${(tookMs / 1_000).toFixed(1)} s after it engaged\n`);
  }, 60_000);
});

function isReleased(): boolean {
  const record = view.table.service('default', 'mass')?.protection?.entry.record;
  return record !== undefined && 'engaged' in record && !record.engaged;
}
