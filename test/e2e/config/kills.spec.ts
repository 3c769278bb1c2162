import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { type ConfigRecord, type ConfigScheduleRecord, decodeEvent } from '#contracts';
import type { RegistryStore } from '#jetstream';
import { watchConnection } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { openAudit } from '../fixtures/audit.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { chanceOf } from '../fixtures/seed.js';

const ROUNDS = process.env['LONG'] === '1' ? 10 : 2;
const KEYS = 10;
const LIMIT_MS = ROUNDS * 45_000;
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

/** Ends when the auditor is connected again: what it asks before is lost, and the answer awaited in vain. */
async function killBroker(): Promise<void> {
  const isBack = new Promise<void>((resolve) => {
    const stop = watchConnection(client, { onReconnect: () => (stop(), resolve()) });
  });
  await broker.kill();
  await broker.restart();
  await isBack;
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

/** What would be refused the next time as well fails the test: asking again would never end. */
function failIfRefused(answer: Json | undefined): void {
  const error = answer?.['error'] as { readonly retryable: boolean } | undefined;
  if (error?.retryable === false) throw new Error(`refused: ${JSON.stringify(error)}`);
}

/** Asks until somebody says that it is done. */
async function insist(name: string, body: Json): Promise<Json> {
  for (;;) {
    const answer = await command(name, body);
    if (answer !== undefined && answer['error'] === undefined) return answer;
    failIfRefused(answer);
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

interface Change {
  readonly key: string;
  readonly value: string;
  readonly revision: unknown;
}

/** One try to have a change made in a second from now, whenever that is. */
function plan(change: Change): Promise<Json | undefined> {
  return command('config.set', { ...change, effectiveAt: new Date(Date.now() + 1_000).toISOString() });
}

const namesKey =
  (key: string) =>
  ({ changes }: ConfigScheduleRecord): boolean =>
    changes[0]?.key === key;

/** Plans until the journal knows it: a request without an answer may have been lost with a process, or not. */
async function untilPlanned(change: Change): Promise<void> {
  for (let answer: Json | undefined; ; answer = await plan(change)) {
    if ((await journal()).schedules.some(namesKey(change.key))) return;
    failIfRefused(answer);
  }
}

/** Waits until no schedule of a key waits any more. */
async function untilOver(key: string): Promise<Told> {
  for (;;) {
    const told = await journal();
    const ours = told.schedules.filter(namesKey(key));
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
        const change = { key, value: 'then', revision: sequence };
        const planned = plan(change);
        await delay(chance.between(0, 1_400));
        await kill();
        await planned;
        await registry.untilReady();
        await untilPlanned(change);
        const { keys, schedules } = await untilOver(key);
        const values = keys.filter((record) => record.key === key).map(({ value }) => value);
        expect(values).toEqual(['now', 'then']);
        const applied = schedules.filter(namesKey(key)).filter(({ state }) => state === 'applied');
        expect(applied).toHaveLength(1);
      }
    },
    LIMIT_MS,
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
    LIMIT_MS,
  );
});
