import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceChange, WatchEvent } from '#client';
import { startTestRegistry, type TestRegistry } from './registry.js';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const http = { name: 'http', protocol: 'http' as const, port: 8080 };

describe('a client that registers', () => {
  it('is discovered by another client that asks for the sequence of the registration', async () => {
    const orders = await registry.client();
    const registration = await orders.register({
      service: 'orders',
      instance: 'orders-1',
      version: '1.2.3',
      endpoints: [http],
    });
    const consumer = await registry.client();
    const found = await consumer.discover('orders', { atLeast: registration.sequence });
    expect(found.instances).toMatchObject([
      {
        instance: 'orders-1',
        status: 'up',
        incarnation: 1,
        version: '1.2.3',
        endpoints: [{ address: '127.0.0.1', port: 8080 }],
      },
    ]);
    expect(found).toMatchObject({ isStale: false });
    expect(found.position).toBeGreaterThanOrEqual(registration.sequence);
  });
  it('updates and leaves, and a watcher is told each step with its reason', async () => {
    const consumer = await registry.client();
    const events: WatchEvent[] = [];
    let onRemoved: (change: InstanceChange) => void = () => undefined;
    const removed = new Promise<InstanceChange>((resolve) => (onRemoved = resolve));
    await consumer.watch('billing', (event) => {
      events.push(event);
      if (event.type === 'change' && event.change.change === 'removed') onRemoved(event.change);
    });
    const billing = await registry.client({ actor: 'deployer' });
    const registration = await billing.register({
      service: 'billing',
      instance: 'b-1',
      version: '1.0.0',
      status: 'starting',
      lease: 'local',
    });
    await registration.update({ status: 'up', weight: 7 });
    await registration.deregister('scaled down');
    const last = await removed;
    expect(events.map((event) => (event.type === 'change' ? event.change.change : event.type))).toEqual([
      'snapshot',
      'added',
      'updated',
      'removed',
    ]);
    expect(events[2]).toMatchObject({
      change: { changed: ['status', 'weight'], record: { status: 'up', weight: 7 } },
    });
    expect(last).toMatchObject({
      cause: { reason: 'scaled down', actor: 'deployer' },
      record: { departure: 'deregistered' },
    });
  });
});
