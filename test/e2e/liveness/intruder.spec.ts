import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { limits } from '#contracts';
import type { RegistryStore } from '#jetstream';
import { connectBroker, type ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { freshFollower, openAudit } from '../fixtures/audit.js';
import { type CrowdProcess, instancesOf, startCrowd } from '../fixtures/crowd-process.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { statusesOf, verdictsIn } from '../fixtures/verdicts.js';

const LEASE = { heartbeatMs: 1_000, leaseMs: 4_000 };
const HONEST = 8;
/** Whose last beat is none finds no end by itself: the watchman looks for such so often. */
const SWEEP_MS = 2_000;
/** A user of the `orders` service as docs/guides/permissions.md has it, as far as liveness goes. */
const orders = {
  user: 'orders',
  password: 'orders-password',
  permissions: {
    publish: { allow: ['heartbeat.v1.default.orders.>'] },
    subscribe: { allow: ['_INBOX.>', 'probe.v1.default.orders.>'] },
  },
};

let broker: TestBroker;
let registry: RegistryProcess;
let store: RegistryStore;
let view: ViewFollower;
let honest: CrowdProcess;
let frozen: CrowdProcess;
let intruder: NatsConnection;
let verdictsBefore = 0;

beforeAll(async () => {
  broker = await startTestBroker({ extraUsers: [orders] });
  registry = startRegistry(broker);
  await registry.untilReady();
  store = await openAudit(broker);
  view = await freshFollower(store);
  const { url, user, password } = broker;
  intruder = await connectBroker({ url, user, password, name: 'intruder' });
  honest = await startCrowd(broker, { instances: instancesOf('honest', HONEST), lease: LEASE });
  // Until then the watchman, which has just started, suspects nobody whatever happens.
  await delay(3_500);
}, 30_000);
afterEach(async () => {
  verdictsBefore = (await verdictsIn(store)).length;
});
afterAll(async () => {
  await Promise.all([honest, frozen].map((crowd) => crowd?.kill()));
  await intruder?.close();
  await registry?.kill();
  view?.close();
  await store?.connection.close();
  await broker?.stop();
});

function beat(subject: string, head: Readonly<Record<string, string>>, body = '{}'): void {
  const headersOfBeat = headers();
  for (const [name, value] of Object.entries(head)) headersOfBeat.set(name, value);
  intruder.publish(`heartbeat.v1.default.${subject}`, body, { headers: headersOfBeat });
}

/** Since the test before, about those who have done nothing. */
async function newVerdicts(): Promise<string[]> {
  const verdicts = (await verdictsIn(store))
    .slice(verdictsBefore)
    .filter(({ service }) => !service.startsWith('frozen'));
  return verdicts.map(({ service, instance, state }) => `${service}/${instance} ${state}`);
}

/** Waits for as long as a wrong verdict would take, then looks. */
async function expectNobodyHarmed(): Promise<void> {
  await intruder.flush();
  await delay(3_000);
  expect(await newVerdicts()).toEqual([]);
  expect(statusesOf(view, 'honest')).toEqual({ up: HONEST });
  expect(honest.said).toEqual([]);
}

async function until(holds: () => boolean, timeoutMs: number): Promise<number> {
  const sinceMs = performance.now();
  while (!holds()) {
    if (performance.now() - sinceMs > timeoutMs)
      throw new Error(`not within ${timeoutMs} ms: ${JSON.stringify(statusesOf(view))}`);
    await delay(20);
  }
  return performance.now() - sinceMs;
}

describe('somebody who publishes what no honest instance would', () => {
  it('harms nobody with forged markers, KV operations and roll-ups, and is named in the log', async () => {
    const subjectOf = (index: number): string => `honest.honest-${index}.1`;
    beat(subjectOf(0), { 'Nats-TTL': '2s', 'Nats-Marker-Reason': 'MaxAge' }, '');
    beat(subjectOf(1), { 'Nats-TTL': '2s', 'KV-Operation': 'PURGE' }, '');
    // The stream takes none of these.
    beat(subjectOf(2), { 'Nats-TTL': '2s', 'Nats-Rollup': 'all' });
    beat(subjectOf(3), { 'Nats-TTL': '2s', 'Nats-Rollup': 'sub' });
    beat(subjectOf(4), { 'Nats-TTL': '2s' }, 'x'.repeat(limits.heartbeatBytesMax + 1));
    await expectNobodyHarmed();
    expect(registry.output()).toMatch(/refused a heartbeat.*forged delete marker/);
    expect(registry.output()).toMatch(/refused a heartbeat.*foreign header/);
  });

  it('cannot make a dead instance live on with a beat that never ends, is huge, or a fraction', async () => {
    const lifeSpans = ['never', '86400s', '1500ms', '1.5s', 'soon', undefined];
    const instances = lifeSpans.flatMap((_, index) => instancesOf(`frozen-${index}`, 1));
    frozen = await startCrowd(broker, { instances, lease: LEASE });
    await delay(1_500);
    frozen.signal('SIGSTOP');
    for (const [index, ttl] of lifeSpans.entries())
      beat(`frozen-${index}.frozen-${index}-0.1`, ttl === undefined ? {} : { 'Nats-TTL': ttl });
    await intruder.flush();
    const isExpired = (_: unknown, index: number): boolean =>
      statusesOf(view, `frozen-${index}`)['expired'] === 1;
    const tookMs = await until(() => lifeSpans.every(isExpired), 10_000);
    expect(tookMs).toBeLessThan(LEASE.leaseMs + SWEEP_MS + 1_500);
    expect(registry.output()).toMatch(/refused a heartbeat.*life span .*never/);
    expect(registry.output()).toMatch(/refused a heartbeat.*86400 s is not between/);
    await frozen.kill();
  }, 30_000);

  it('harms nobody with beats of instances and incarnations that are not there', async () => {
    for (const subject of [
      'ghost.ghost-1.1',
      'honest.honest-0.999',
      'honest.nobody.1',
      'honest.honest-1.0',
      'x',
    ])
      beat(subject, { 'Nats-TTL': '2s' });
    await expectNobodyHarmed();
    expect(statusesOf(view, 'ghost')).toEqual({});
  });

  it('harms nobody by answering probes of others, with reports about the living', async () => {
    const wrong = ['{"incarnation":7}', '', 'null', '{"incarnation":', '{"incarnation":"1"}'];
    const answers = intruder.subscribe('probe.v1.default.honest.>', {
      callback: (_error, probe) => wrong.forEach((body) => probe.respond(body)),
    });
    for (let count = 0; count < 2_000; count += 1)
      intruder.publish(`report.v1.default.honest.honest-${count % HONEST}.1`, '{"reporter":"intruder"}');
    await expectNobodyHarmed();
    answers.unsubscribe();
  });

  it('harms nobody else with a flood of beats and reports', async () => {
    const overMs = performance.now() + 3_000;
    let sent = 0;
    while (performance.now() < overMs) {
      for (let count = 0; count < 200; count += 1)
        beat('ghost.flood.1', { 'Nats-TTL': '2s', 'KV-Operation': 'DEL' });
      for (let count = 0; count < 200; count += 1) beat('honest.honest-0.1', { 'Nats-TTL': 'never' });
      for (let count = 0; count < 100; count += 1)
        intruder.publish('report.v1.default.honest.honest-1.1', 'x');
      sent += 500;
      await intruder.flush();
    }
    await expectNobodyHarmed();
    const lines = registry.output().match(/refused a heartbeat/g)?.length ?? 0;
    process.stderr.write(
      `intruder: ${sent} messages in 3 s, ${lines} lines about refused beats in the log\n`,
    );
    expect(lines).toBeLessThan(200);
  }, 20_000);

  it('may not even try where users are kept apart: no beat and no answer for another service', async () => {
    const { url } = broker;
    const refused: string[] = [];
    const apart = await connectBroker({ url, user: orders.user, password: orders.password });
    void (async () => {
      for await (const event of apart.status()) if (event.type === 'error') refused.push(event.error.message);
    })();
    apart.publish('heartbeat.v1.default.honest.honest-0.1', '{}');
    apart.subscribe('probe.v1.default.honest.>', { callback: () => undefined });
    await until(() => refused.length === 2, 5_000);
    expect(refused.join()).toMatch(/heartbeat\.v1\.default\.honest/);
    expect(refused.join()).toMatch(/probe\.v1\.default\.honest/);
    await apart.close();
  });
});
