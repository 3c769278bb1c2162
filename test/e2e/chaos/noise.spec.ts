import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { headers } from '@nats-io/nats-core';
import { eventTypes, limits, type PositionRecord, viewKeys } from '#contracts';
import type { RegistryStore } from '#jetstream';
import { AckPublisher, connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { missingFrom, openAudit, readJournal, verifyAtRest } from '../fixtures/audit.js';
import { Load } from '../fixtures/load.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { type Chance, chanceOf } from '../fixtures/seed.js';

const KILLS = 5;
const seed = jest.getSeed();
const chance = chanceOf(seed);
let broker: TestBroker;
let registry: RegistryProcess;
let load: Load;
let store: RegistryStore;
const ended = new AbortController();
let stored = 0;
let flood: Promise<void>;

beforeAll(async () => {
  process.stderr.write(`noise: seed ${seed}\n`);
  broker = await startTestBroker({ synced: true });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  load = new Load({ broker, seed, writers: 2, clients: 1, pauseMsMax: 25 });
  load.start();
  flood = makeNoise();
});
afterAll(async () => {
  ended.abort();
  await flood;
  await load?.stop();
  await registry?.kill();
  await store?.connection.close();
  await broker?.stop();
});

const keys = [
  'default.instance.writer-0.writer-0',
  'default.instance.writer-1.writer-1',
  'default.verdict.writer-0.writer-0',
  'default.override.client-0.client-0',
  'default.instance.noise.noise-1',
  'default.service.writer-0',
  'default.protection.writer-0',
  'default.config.noise.key',
  'default.unheard-of.noise.noise-1',
  'DEFAULT.instance.noise',
  'x',
];
const bodies = (bytes: Chance): (string | Uint8Array)[] => [
  bytes.bytes(bytes.between(0, 400)),
  '',
  'null',
  '[]',
  '{"instance":',
  '{"pattern":"x","data":{"namespace":"default"}}',
  '{"__proto__":{"engaged":true},"namespace":"default","service":"noise"}',
  JSON.stringify({ namespace: 'default', service: 'noise', instance: 'noise-1', incarnation: -1 }),
  JSON.stringify({ namespace: 'default', service: 'other', instance: 'noise-1', incarnation: 1 }),
  'x'.repeat(limits.recordBytesMax + 1),
];

/** What a confused or hostile client may publish on journal subjects, each of it stored by the broker. */
async function makeNoise(): Promise<void> {
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password, name: 'noise' });
  const publisher = new AckPublisher(connection, { stream: store.streams.journal });
  const types = [...Object.values(eventTypes), 'rollcall.instance.registered.v9', '', '\uFFFD'];
  for (let count = 0; !ended.signal.aborted; count += 1) {
    const head = headers();
    head.set('Nats-Msg-Id', `noise-${seed}-${count}`);
    if (chance.next() < 0.8) head.set('ce-type', chance.pick(types));
    const body = chance.pick(bodies(chance));
    const payload = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    await publisher.publish({ subject: `registry.v1.${chance.pick(keys)}`, payload, headers: head });
    stored += 1;
    await delay(chance.between(0, 4));
  }
  publisher.close();
  await connection.close();
}

describe('random bytes on journal subjects while registry and broker are killed', () => {
  it('stop nothing: what is valid is still acknowledged, folded and seen', async () => {
    for (let count = 0; count < KILLS; count += 1) {
      await registry.untilReady();
      await delay(chance.between(20, 700));
      if (chance.next() < 0.6) {
        await registry.kill();
        registry = startRegistry(broker);
      } else {
        await broker.kill();
        await broker.restart();
      }
    }
    ended.abort();
    await flood;
    await load.stop();
    await registry.untilReady();
    expect(load.failures).toEqual([]);
    expect(missingFrom(await readJournal(store), load.acknowledged)).toEqual([]);
  }, 90_000);

  it('are each set aside once, counted, and shown with a reason', async () => {
    const report = await verifyAtRest(store);
    expect(report.differences).toEqual([]);
    // A type nobody knows is passed over and not set aside: a newer writer may have sent it.
    expect(report.setAside).toBeGreaterThan(stored / 2);
    expect(report.setAside).toBeLessThanOrEqual(stored);
    const shown: unknown[] = [];
    let counted = 0;
    await store.bucket.readAll(
      ({ key, value }) => {
        if (key === viewKeys.position) counted = (value as PositionRecord).quarantined;
        else shown.push(value);
      },
      ['_position', '_quarantine.*'],
    );
    expect(counted).toBe(report.setAside);
    expect(shown).toHaveLength(Math.min(report.setAside, limits.quarantineSlots));
    expect(shown).toEqual(
      shown.map(() => expect.objectContaining({ code: expect.any(String), reason: expect.any(String) })),
    );
    process.stderr.write(`noise: ${stored} stored, ${report.setAside} of them set aside\n`);
  });
});
