import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Msg } from '@nats-io/nats-core';
import { startCuttableProxy } from './cuttable-proxy.js';
import { eventually, startTestRegistry, type TestRegistry } from './registry.js';

let registry: TestRegistry;
const beats: Msg[] = [];
beforeAll(async () => {
  registry = await startTestRegistry();
  registry.store.connection.subscribe('heartbeat.v1.>', {
    callback: (_error, message) => {
      beats.push(message);
    },
  });
  await registry.store.connection.flush();
});
afterAll(() => registry.stop());

const beatsOf = (subject: string): Msg[] => beats.filter((beat) => beat.subject === subject);

describe('the heart of a registration', () => {
  it('beats at once on the subject of its incarnation, for whole seconds, with a small body', async () => {
    const client = await registry.client();
    const lease = { heartbeatMs: 1_500, leaseMs: 9_000 };
    const registration = await client.register({ service: 'orders', instance: 'a', version: '1.0.0', lease });
    await eventually(() => registration.silentMs !== Infinity, 'the first beat is acknowledged', 1_000);
    const [beat] = beatsOf('heartbeat.v1.default.orders.a.1');
    expect(beat?.headers?.get('Nats-TTL')).toBe('3s');
    expect(beat?.json()).toEqual({
      at: expect.any(String),
      connection: { serverId: expect.any(String), clientId: expect.any(Number) },
      eventLoopLagMs: expect.any(Number),
      position: expect.any(Number),
    });
    const stored = await registry.store.manager.direct.getMessage('HEARTBEATS', {
      last_by_subj: 'heartbeat.v1.default.orders.a.1',
    });
    expect(stored?.header.get('Nats-TTL')).toBe('3s');
    expect(registration.record).toMatchObject(lease);
  });

  it('stops when the instance deregisters', async () => {
    const client = await registry.client();
    const lease = { heartbeatMs: 500, leaseMs: 3_000 };
    const registration = await client.register({ service: 'orders', instance: 'b', version: '1.0.0', lease });
    const subject = 'heartbeat.v1.default.orders.b.1';
    await eventually(() => beatsOf(subject).length >= 3, 'it has beaten three times');
    await registration.deregister();
    const before = beatsOf(subject).length;
    await eventually(() => client.status().registrations.length === 0, 'it is over');
    await new Promise((resolve) => setTimeout(resolve, 2 * lease.heartbeatMs));
    expect(beatsOf(subject)).toHaveLength(before);
  });

  it('answers when it is probed, for as long as it is registered', async () => {
    const client = await registry.client();
    const registration = await client.register({
      service: 'orders',
      instance: 'p',
      version: '1.0.0',
      lease: 'none',
    });
    const probe = () =>
      registry.store.connection.request('probe.v1.default.orders.p.1', undefined, { timeout: 1_000 });
    const isAnswered = () =>
      probe().then(
        () => true,
        () => false,
      );
    // register() returns when the event is stored; the heart may start a moment later.
    await eventually(isAnswered, 'probes are answered');
    expect((await probe()).json()).toMatchObject({ incarnation: 1, eventLoopLagMs: expect.any(Number) });
    await registration.deregister();
    await eventually(async () => !(await isAnswered()), 'probes are answered no more');
  });

  it('never beats without a lease', async () => {
    const client = await registry.client();
    const registration = await client.register({
      service: 'orders',
      instance: 'c',
      version: '1.0.0',
      lease: 'none',
    });
    expect(registration.silentMs).toBeUndefined();
    await registry.store.connection.flush();
    expect(beatsOf('heartbeat.v1.default.orders.c.1')).toEqual([]);
  });

  it('beats once when its line comes back, not once for every beat it missed', async () => {
    const proxy = await startCuttableProxy(registry.broker.port);
    const client = await registry.client({ url: proxy.url });
    const lease = { heartbeatMs: 500, leaseMs: 10_000 };
    const registration = await client.register({ service: 'orders', instance: 'd', version: '1.0.0', lease });
    await eventually(() => registration.silentMs !== Infinity, 'the first beat is acknowledged');
    proxy.cut();
    await eventually(() => (registration.silentMs ?? 0) > 2_000, 'four beats are missed');
    const subject = 'heartbeat.v1.default.orders.d.1';
    const before = beatsOf(subject).length;
    proxy.mend();
    await eventually(() => (registration.silentMs ?? Infinity) < 300, 'it beats again');
    expect(beatsOf(subject).length - before).toBeLessThanOrEqual(2);
    await proxy.stop();
  });
});
