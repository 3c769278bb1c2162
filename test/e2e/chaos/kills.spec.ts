import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RegistryStore } from '#jetstream';
import type { ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import {
  freshFollower,
  missingFrom,
  openAudit,
  readJournal,
  repeatedIn,
  unlikeBucket,
  verifyAtRest,
} from '../fixtures/audit.js';
import { Load } from '../fixtures/load.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { chanceOf } from '../fixtures/seed.js';

const KILLS = 20;
const seed = jest.getSeed();
const chance = chanceOf(seed);
let broker: TestBroker;
let registry: RegistryProcess;
let load: Load;
let store: RegistryStore;
/** Watches through all of it, as a consumer would. */
let witness: ViewFollower;

beforeAll(async () => {
  process.stderr.write(`chaos: seed ${seed} (jest --seed=${seed} takes the same moments)\n`);
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  witness = await freshFollower(store);
  load = new Load({ broker, seed, writers: 6, clients: 3, pauseMsMax: 25 });
  load.start();
});
afterAll(async () => {
  await load?.stop();
  await registry?.kill();
  witness?.close();
  await store?.connection.close();
  await broker?.stop();
});

async function killRegistry(): Promise<void> {
  await registry.kill();
  registry = startRegistry(broker);
}

async function killBroker(): Promise<void> {
  await broker.kill();
  await broker.restart();
}

/** Kills at random moments: some of them in the midst of work, some while the last start is still under way. */
async function killOften(kill: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < KILLS; count += 1) {
    if (chance.next() < 0.4) await registry.untilReady();
    await delay(chance.between(20, 1_000));
    await kill();
  }
}

describe('a registry and a broker that are killed again and again under load', () => {
  it.each([
    ['the registry', killRegistry],
    ['the broker', killBroker],
    ['both together', () => Promise.all([killRegistry(), killBroker()])],
  ])(
    'lose nothing that was acknowledged: kill -9 of %s',
    async (_who, kill) => {
      const before = load.acknowledged.length;
      await killOften(kill);
      await registry.untilReady();
      expect(load.acknowledged.length - before).toBeGreaterThan(KILLS);
    },
    120_000,
  );

  it('end with a journal that holds every acknowledged write once, where it was said to be', async () => {
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.conflicts).toBe(0);
    const entries = await readJournal(store);
    expect(missingFrom(entries, load.acknowledged)).toEqual([]);
    expect(repeatedIn(entries)).toEqual([]);
    process.stderr.write(
      `chaos: ${load.acknowledged.length} acknowledged writes survived ${3 * KILLS} kills\n`,
    );
  }, 60_000);

  it('end with a view that equals the fold of the journal from zero', async () => {
    const { differences, setAside, position } = await verifyAtRest(store);
    expect(differences).toEqual([]);
    expect(setAside).toBe(0);
    expect(position).toBeGreaterThanOrEqual(Math.max(...load.acknowledged.map(({ sequence }) => sequence)));
  }, 60_000);

  it('end with watchers, old and new, that hold what the bucket holds', async () => {
    const newcomer = await freshFollower(store);
    await witness.reached(newcomer.position);
    expect(await unlikeBucket(store, newcomer)).toEqual([]);
    expect(await unlikeBucket(store, witness)).toEqual([]);
    newcomer.close();
  }, 60_000);
});
