import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RegistryStore } from '#jetstream';
import { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { missingFrom, openAudit, readJournal, unlikeBucket, verifyAtRest } from '../fixtures/audit.js';
import { Load } from '../fixtures/load.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';

/** The broker passes leadership on when the leader has not pulled for 2 s; then the view is taken over. */
const TAKEOVER_MS_MAX = 4_000;
/** Longer than the broker waits for a leader that says nothing. */
const FROZEN_MS = 6_000;

let broker: TestBroker;
let registries: RegistryProcess[];
let load: Load;
let store: RegistryStore;
let witness: ViewFollower;
/** When the view moved on, by this process's clock. */
let movedAtMs: number[] = [];
/** Changes that took a key back to an earlier sequence. */
const backward: string[] = [];

beforeAll(async () => {
  broker = await startTestBroker({ synced: true });
  registries = [startRegistry(broker), startRegistry(broker)];
  await Promise.all(registries.map((registry) => registry.untilReady()));
  store = await openAudit(broker);
  witness = await openWitness();
  load = new Load({ broker, seed: jest.getSeed(), writers: 4, clients: 0, pauseMsMax: 20 });
  load.start();
});
beforeEach(() => {
  movedAtMs = [];
});
afterAll(async () => {
  await load?.stop();
  await Promise.all((registries ?? []).map((registry) => registry.kill()));
  witness?.close();
  await store?.connection.close();
  await broker?.stop();
});

async function openWitness(): Promise<ViewFollower> {
  const newest = new Map<string, number>();
  let position = 0;
  const follower = new ViewFollower({
    ...store,
    onChange: (key, { sequence }) => {
      if (sequence < (newest.get(key) ?? 0)) backward.push(`${key} from ${newest.get(key)} to ${sequence}`);
      newest.set(key, sequence);
    },
    onPosition: (record) => {
      if (record.position > position) movedAtMs.push(performance.now());
      position = record.position;
    },
  });
  await follower.start();
  return follower;
}

async function leader(): Promise<RegistryProcess> {
  const reports = await Promise.all(registries.map((registry) => registry.readyz()));
  const leads = (index: number): boolean =>
    reports[index]?.checks.some(({ name, detail }) => name === 'projection' && detail === 'leading') === true;
  const found = registries.filter((_, index) => leads(index));
  expect(found).toHaveLength(1);
  return found[0] as RegistryProcess;
}

/** How long the view stood still after a moment. */
async function standstillMs(sinceMs: number): Promise<number> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    // What was under way in that moment may still arrive.
    const next = movedAtMs.find((atMs) => atMs > sinceMs + 100);
    if (next !== undefined) return next - sinceMs;
    if (performance.now() > deadline) throw new Error('the view stands still');
    await delay(20);
  }
}

async function expectNothingWrong(): Promise<void> {
  const { differences, setAside } = await verifyAtRest(store);
  expect(differences).toEqual([]);
  expect(setAside).toBe(0);
  expect(backward).toEqual([]);
}

describe('two registries of which one leads', () => {
  it('go on within seconds when the leader is killed', async () => {
    const dead = await leader();
    const atMs = performance.now();
    await dead.kill();
    const tookMs = await standstillMs(atMs);
    process.stderr.write(`standby: the view went on ${Math.round(tookMs)} ms after kill -9 of the leader\n`);
    expect(tookMs).toBeLessThan(TAKEOVER_MS_MAX);
    registries = [...registries.filter((registry) => registry !== dead), startRegistry(broker)];
    await Promise.all(registries.map((registry) => registry.untilReady()));
  });

  it('go on at once when the leader is stopped politely', async () => {
    const stopped = await leader();
    const atMs = performance.now();
    await stopped.kill('SIGTERM');
    const tookMs = await standstillMs(atMs);
    process.stderr.write(`standby: the view went on ${Math.round(tookMs)} ms after SIGTERM to the leader\n`);
    expect(tookMs).toBeLessThan(1_500);
    registries = [...registries.filter((registry) => registry !== stopped), startRegistry(broker)];
    await Promise.all(registries.map((registry) => registry.untilReady()));
  });

  it('are not disturbed by a leader that was frozen, lost its place, and wakes up again', async () => {
    const frozen = await leader();
    const atMs = performance.now();
    frozen.signal('SIGSTOP');
    const tookMs = await standstillMs(atMs);
    expect(tookMs).toBeLessThan(TAKEOVER_MS_MAX);
    await delay(Math.max(0, FROZEN_MS - (performance.now() - atMs)));
    const successor = registries.find((registry) => registry !== frozen) as RegistryProcess;
    frozen.signal('SIGCONT');
    await frozen.saw(/lost the projection|"deposed"/);
    await frozen.untilReady();
    expect((await leader()).pid).toBe(successor.pid);
    process.stderr.write(`standby: the view went on ${Math.round(tookMs)} ms after the leader froze\n`);
  });

  it('have written nothing twice, nothing back, and nothing wrong in all that', async () => {
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.conflicts).toBe(0);
    expect(missingFrom(await readJournal(store), load.acknowledged)).toEqual([]);
    await expectNothingWrong();
    await witness.reached((await store.journal.ends()).lastSequence);
    expect(await unlikeBucket(store, witness)).toEqual([]);
  });
});
