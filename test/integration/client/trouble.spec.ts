import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistrationInput, WatchEvent } from '#client';
import { startCuttableProxy } from './cuttable-proxy.js';
import { eventually, startTestRegistry, type TestRegistry } from './registry.js';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const instance = (service: string, name: string): RegistrationInput => ({
  service,
  instance: name,
  version: '1.0.0',
  lease: 'none',
});

/** What a watcher was told, in short. */
function brief(event: WatchEvent): string {
  if (event.type === 'change') return `${event.change.change} ${event.change.record.instance}`;
  if (event.type === 'snapshot')
    return `snapshot ${event.instances.map((found) => found.instance).join(' ')}`.trim();
  return `resynced ${event.reason} ${event.changes}`;
}

describe('a client whose line to the broker is cut', () => {
  it('is told what it missed as differences, then that it was resynced', async () => {
    const proxy = await startCuttableProxy(registry.broker.port);
    const provider = await registry.client();
    const [first, second] = [
      await provider.register(instance('cut', 'a')),
      await provider.register(instance('cut', 'b')),
    ];
    const consumer = await registry.client({ url: proxy.url });
    const told: string[] = [];
    await consumer.discover('cut', { atLeast: second.sequence });
    await consumer.watch('cut', (event) => told.push(brief(event)));

    proxy.cut();
    await eventually(() => !consumer.status().connected, 'the client sees that the line is cut');
    await first.deregister('scaled down');
    await second.update({ weight: 5 });
    const third = await provider.register(instance('cut', 'c'));
    await expect(consumer.discover('cut')).resolves.toMatchObject({
      isStale: true,
      instances: [{ instance: 'a' }, { instance: 'b', weight: 100 }],
    });
    await registry.projection.follower.reached(third.sequence);

    proxy.mend();
    await eventually(() => told.some((line) => line.startsWith('resynced')), 'the client has resynced');
    const after = await consumer.discover('cut', { atLeast: third.sequence });
    expect(told[0]).toBe('snapshot a b');
    expect(told.slice(1, -1).sort()).toEqual(['added c', 'removed a', 'updated b']);
    expect(told.at(-1)).toBe('resynced reconnect 3');
    expect(after).toMatchObject({
      isStale: false,
      instances: [{ instance: 'b', weight: 5 }, { instance: 'c' }],
    });
    await proxy.stop();
  });
});

describe('a client whose broker crashes', () => {
  it('serves the last known view marked as stale, reconnects, beats at once, and is told of changes again', async () => {
    const provider = await registry.client();
    const registration = await provider.register({ ...instance('crash', 'a'), lease: 'local' });
    const consumer = await registry.client();
    const told: string[] = [];
    await consumer.discover('crash', { atLeast: registration.sequence });
    await consumer.watch('crash', (event) => told.push(brief(event)));
    await eventually(() => (registration.silentMs ?? Infinity) < 1_000, 'the first beat is acknowledged');

    await registry.broker.kill('SIGKILL');
    await eventually(() => !consumer.status().connected, 'the client sees that the broker is gone');
    const meanwhile = await consumer.discover('crash');
    expect(meanwhile).toMatchObject({ isStale: true, instances: [{ instance: 'a', status: 'up' }] });
    await eventually(() => (registration.silentMs ?? 0) > 2_500, 'more than two beats have been missed');

    const deadSince = performance.now();
    await registry.broker.restart();
    await eventually(() => (registration.silentMs ?? Infinity) < 400, 'it beats again');
    expect(performance.now() - deadSince).toBeLessThan(3_000);
    await eventually(() => told.some((line) => line.startsWith('resynced')), 'the watcher has resynced');
    const sequence = await registration.update({ weight: 3 });
    await consumer.reached(sequence);
    expect(told.filter((line) => !line.startsWith('resynced'))).toEqual(['snapshot a', 'updated a']);
    await expect(consumer.discover('crash')).resolves.toMatchObject({
      isStale: false,
      instances: [{ weight: 3, incarnation: 1 }],
    });
  });

  it('stores an update made while the broker is gone exactly once', async () => {
    const provider = await registry.client();
    const registration = await provider.register(instance('patient', 'a'));
    await registry.broker.kill('SIGKILL');
    const updating = registration.update({ status: 'maintenance' });
    await registry.broker.restart();
    expect(await updating).toBe(registration.sequence);
    const found = await provider.discover('patient', { atLeast: registration.sequence });
    expect(found.instances).toMatchObject([{ status: 'maintenance', revision: registration.sequence }]);
    await expect(registration.update({ status: 'up' })).resolves.toBeGreaterThan(0);
  });
});
