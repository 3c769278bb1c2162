import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { isInstanceView } from '#domain';
import type { RegistryStore } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { openAudit } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { verdictsIn } from '../fixtures/verdicts.js';

/** Each in a process and a service of its own, so that protection has nothing to say. */
const VICTIMS = 30;
const SURVIVORS = 10;
const WATCHERS = 3;
const LEASE = { heartbeatMs: 1_000, leaseMs: 4_000 };
/** What the lease leaves after one heartbeat's life of 2 s. */
const GRACE_MS = 2_000;
/** The promise. A machine that does other things as well may break it now and then; the benchmark says p99. */
const SUSPECTED_MS = 100;
const LATE_MAX = 3;

let broker: TestBroker;
let registry: RegistryProcess;
let store: RegistryStore;
let survivors: CrowdProcess;
let victims: CrowdProcess[] = [];
const watchers: ViewFollower[] = [];
const connections: NatsConnection[] = [];
/** When each watcher was told what of whom, by this process's clock: `<service> <word>`. */
const told: Map<string, number>[] = [];
const waiting = new Set<() => void>();

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  for (let count = 0; count < WATCHERS; count += 1) watchers.push(await openWatcher());
  survivors = await startCrowd(broker, { instances: instancesOf('survivor', SURVIVORS), lease: LEASE });
  for (let first = 0; first < VICTIMS; first += 6) {
    const wave = Array.from({ length: 6 }, (_, index) => instancesOf(`victim-${first + index}`, 1));
    victims.push(
      ...(await Promise.all(wave.map((instances) => startCrowd(broker, { instances, lease: LEASE })))),
    );
  }
}, 90_000);
afterAll(async () => {
  await Promise.all([...victims, survivors].map((crowd) => crowd?.kill()));
  await registry?.kill();
  for (const watcher of watchers) watcher.close();
  await Promise.all(connections.map((connection) => connection.close()));
  await store?.connection.close();
  await broker?.stop();
});

/** Over a connection of its own, as every consumer has one. */
async function openWatcher(): Promise<ViewFollower> {
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password });
  connections.push(connection);
  const heard = new Map<string, number>();
  told.push(heard);
  const follower = new ViewFollower({
    ...store,
    connection,
    onChange: (_key, { record }) => {
      if (!isInstanceView(record)) return;
      heard.set(`${record.service} ${record.departure ?? record.status}`, performance.now());
      for (const look of waiting) look();
    },
  });
  await follower.start();
  return follower;
}

/** When the last of the watchers was told. */
function toldAll(what: string): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const times = told.map((heard) => heard.get(what));
      if (times.includes(undefined)) return;
      waiting.delete(look);
      resolve(Math.max(...(times as number[])));
    };
    waiting.add(look);
    look();
  });
}

describe('instances that are killed -9', () => {
  const suspectedMs: number[] = [];
  const expiredMs: number[] = [];

  it('are suspected in the eyes of every watcher within 100 ms, and expired after the grace', async () => {
    const ends: Promise<void>[] = [];
    for (const [index, victim] of victims.entries()) {
      const killedAtMs = performance.now();
      await victim.kill();
      suspectedMs.push((await toldAll(`victim-${index} suspect`)) - killedAtMs);
      ends.push(toldAll(`victim-${index} expired`).then((atMs) => void expiredMs.push(atMs - killedAtMs)));
    }
    await Promise.all(ends);
    const late = suspectedMs.filter((ms) => ms > SUSPECTED_MS);
    expect(late.length).toBeLessThanOrEqual(LATE_MAX);
    expect(Math.max(...suspectedMs)).toBeLessThanOrEqual(10 * SUSPECTED_MS);
    expect(Math.min(...expiredMs)).toBeGreaterThanOrEqual(GRACE_MS);
    expect(Math.max(...expiredMs)).toBeLessThanOrEqual(LEASE.leaseMs + 1_000);
    const median = suspectedMs.toSorted((left, right) => left - right)[VICTIMS / 2] as number;
    process.stderr.write(
      `death: suspected by all of ${WATCHERS} watchers after ${median.toFixed(1)} ms (median of ${VICTIMS}), ` +
        `${Math.max(...suspectedMs).toFixed(1)} ms at most; expired after ${(Math.max(...expiredMs) / 1_000).toFixed(1)} s at most\n`,
    );
  }, 60_000);

  it('have one suspicion and one expiry each in the journal, with evidence; nobody else has any', async () => {
    const verdicts = await verdictsIn(store);
    const story = (service: string): string[] =>
      verdicts
        .filter((verdict) => verdict.service === service)
        .map(({ state, evidence }) => `${state} ${evidence.signal}`);
    for (const index of victims.keys())
      expect(story(`victim-${index}`)).toEqual(['suspected disconnect', 'expired disconnect']);
    expect(story('survivor')).toEqual([]);
  });
});
