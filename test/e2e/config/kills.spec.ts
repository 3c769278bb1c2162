import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { type ConfigRecord, type ConfigScheduleRecord, decodeEvent } from '#contracts';
import type { RegistryStore } from '#jetstream';
import { startTestBroker, type TestBroker } from '#testkit';
import { openAudit } from '../fixtures/audit.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { chanceOf } from '../fixtures/seed.js';

const ROUNDS = 3;
const KEYS = 10;
const seed = jest.getSeed();
const chance = chanceOf(seed);
let broker: TestBroker;
let registry: RegistryProcess;
let store: RegistryStore;
let client: NatsConnection;

beforeAll(async () => {
  process.stderr.write(`config kills: seed ${seed} (jest --seed=${seed} takes the same moments)\n`);
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  client = store.connection;
});
afterAll(async () => {
  await registry?.kill();
  await client?.close();
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

const victims: readonly [who: string, kill: () => Promise<unknown>][] = [
  ['the registry', killRegistry],
  ['the broker', killBroker],
  ['both together', () => Promise.all([killRegistry(), killBroker()])],
];

type Json = Record<string, unknown>;

/** One try, by a client that does not know what became of it when nobody answers. */
async function command(name: string, body: Json): Promise<Json | undefined> {
  try {
    const payload = JSON.stringify({ namespace: 'default', application: 'kills', ...body });
    return (await client.request(`rollcall.v1.command.${name}`, payload, { timeout: 1_500 })).json<Json>();
  } catch {
    return undefined;
  }
}

/** Asks until somebody says that it is done. */
async function insist(name: string, body: Json): Promise<Json> {
  for (;;) {
    const answer = await command(name, body);
    if (answer !== undefined && answer['error'] === undefined) return answer;
    await delay(50);
  }
}

interface Told {
  readonly keys: readonly ConfigRecord[];
  readonly schedules: readonly ConfigScheduleRecord[];
}

/** Everything the journal says about config. */
async function journal(): Promise<Told> {
  const told = { keys: [] as ConfigRecord[], schedules: [] as ConfigScheduleRecord[] };
  await store.journal.read(
    { patterns: ['default.config.kills.*', 'default.config-schedule.kills.*'] },
    (raw) => {
      const decoded = decodeEvent(raw);
      if (decoded.kind !== 'event') throw new Error(`unreadable: ${raw.sequence}`);
      const { aggregate, data } = decoded.event;
      if (aggregate.kind === 'config') told.keys.push(data as ConfigRecord);
      else told.schedules.push(data as unknown as ConfigScheduleRecord);
    },
  );
  return told;
}

/** Waits until no schedule of a key waits any more. */
async function untilOver(key: string): Promise<Told> {
  for (;;) {
    const told = await journal();
    const ours = told.schedules.filter(({ changes }) => changes.some((change) => change.key === key));
    const last = new Map(ours.map((schedule) => [schedule.schedule, schedule.state]));
    if (last.size > 0 && [...last.values()].every((state) => state !== 'set')) return told;
    await delay(100);
  }
}

describe('a scheduled change', () => {
  it.each(victims)(
    'is made once, whenever %s is killed',
    async (who, kill) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = `${who.replaceAll(' ', '-')}.${round}`;
        const { sequence } = await insist('config.set', { key, value: 'now' });
        const effectiveAt = new Date(Date.now() + 1_000).toISOString();
        void command('config.set', { key, value: 'then', effectiveAt, revision: sequence });
        await delay(chance.between(0, 1_400));
        await kill();
        // A request that was lost with the process is made again by whoever made it.
        const after = new Date(Date.now() + 1_000).toISOString();
        await registry.untilReady();
        const known = (await journal()).schedules.some(({ changes }) => changes[0]?.key === key);
        if (!known)
          await insist('config.set', { key, value: 'then', effectiveAt: after, revision: sequence });
        const { keys, schedules } = await untilOver(key);
        const values = keys.filter((record) => record.key === key).map(({ value }) => value);
        expect(values).toEqual(['now', 'then']);
        const applied = schedules.filter(
          ({ state, changes }) => state === 'applied' && changes[0]?.key === key,
        );
        expect(applied).toHaveLength(1);
      }
    },
    240_000,
  );
});

describe('a change of several keys', () => {
  it.each(victims)(
    'is made whole or not at all, whenever %s is killed',
    async (who, kill) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const names = Array.from({ length: KEYS }, (_, index) => `batch.${index}`);
        const changes = names.map((key) => ({ key, value: `${who}-${round}` }));
        const asked = Array.from({ length: 3 }, () => command('config.batch', { changes }));
        await delay(chance.between(0, 300));
        await kill();
        await Promise.all(asked);
        await registry.untilReady();
        await insist('config.batch', { changes });
      }
      const sets = new Map<string, number>();
      for (const { changeSet } of (await journal()).keys) {
        if (changeSet !== undefined) sets.set(changeSet.id, (sets.get(changeSet.id) ?? 0) + 1);
      }
      expect(sets.size).toBeGreaterThan(0);
      expect([...sets.values()].filter((count) => count !== KEYS)).toEqual([]);
    },
    240_000,
  );
});
