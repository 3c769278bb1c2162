import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistrationInput, RollcallClient } from '#client';
import { startTestBroker } from '#testkit';
import { startTestRegistry, type TestRegistry } from './registry.js';

let registry: TestRegistry;
let client: RollcallClient;
beforeAll(async () => {
  registry = await startTestRegistry();
  client = await registry.client();
});
afterAll(() => registry.stop());

const good: RegistrationInput = { service: 'orders', instance: 'orders-1', version: '1.0.0' };
const keys = (count: number, length: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_value, index) => [`key-${index}`, '€'.repeat(length)]));

const wrong: [what: string, input: RegistrationInput, code: string, named: string][] = [
  ['a service name in capitals', { ...good, service: 'Orders' }, 'ROLLCALL_NAME_INVALID', '"Orders"'],
  ['an instance name with a dot', { ...good, instance: 'orders.1' }, 'ROLLCALL_NAME_INVALID', '"orders.1"'],
  ['a version that is none', { ...good, version: 'v1' }, 'ROLLCALL_RECORD_INVALID', '"v1"'],
  [
    'a negative port',
    { ...good, endpoints: [{ name: 'http', protocol: 'http', port: -80 }] },
    'ROLLCALL_RECORD_INVALID',
    '"-80"',
  ],
  [
    'a protocol nobody speaks',
    { ...good, endpoints: [{ name: 'x', protocol: 'gopher' as 'http', port: 70 }] },
    'ROLLCALL_RECORD_INVALID',
    '"gopher"',
  ],
  ['a weight above 1000', { ...good, weight: 1001 }, 'ROLLCALL_RECORD_INVALID', '"1001"'],
  [
    'a lease that is no preset',
    { ...good, lease: 'forever' as 'lan' },
    'ROLLCALL_RECORD_INVALID',
    '"forever"',
  ],
  [
    'a lease shorter than its heartbeats',
    { ...good, lease: { heartbeatMs: 10_000, leaseMs: 5_000 } },
    'ROLLCALL_RECORD_INVALID',
    '5000',
  ],
  [
    'too many metadata keys',
    { ...good, metadata: keys(65, 1) },
    'ROLLCALL_RECORD_INVALID',
    'at most 64 keys',
  ],
  [
    'a record that is too large',
    { ...good, metadata: keys(64, 1_024) },
    'ROLLCALL_RECORD_TOO_LARGE',
    '65536',
  ],
];

describe('wrong input', () => {
  it.each(wrong)(
    '%s is refused before the journal, with the value named',
    async (_what, input, code, named) => {
      const before = await registry.store.journal.ends();
      await expect(client.register(input)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(named),
      });
      await expect(registry.store.journal.ends()).resolves.toEqual(before);
    },
  );

  it('in an update leaves the registration as it was', async () => {
    const registration = await client.register({ ...good, lease: 'none' });
    const { sequence } = registration;
    await expect(registration.update({ weight: -1 })).rejects.toMatchObject({
      code: 'ROLLCALL_RECORD_INVALID',
    });
    expect(registration).toMatchObject({ sequence, isActive: true });
  });

  it('is refused by name in discover, watch and connect', async () => {
    await expect(client.discover('a.b')).rejects.toMatchObject({ code: 'ROLLCALL_NAME_INVALID' });
    await expect(client.watch('*', () => undefined)).rejects.toMatchObject({ code: 'ROLLCALL_NAME_INVALID' });
    await expect(registry.client({ namespace: 'Team A' })).rejects.toMatchObject({
      code: 'ROLLCALL_NAME_INVALID',
    });
  });
});

describe('a read that demands a position', () => {
  it('fails in time, saying where the view is, when the position is never reached', async () => {
    await expect(client.discover('orders', { atLeast: 1_000_000, timeoutMs: 100 })).rejects.toMatchObject({
      code: 'ROLLCALL_POSITION_NOT_REACHED',
      details: { position: expect.any(Number) },
    });
    await expect(client.reached(1_000_000, 100)).rejects.toMatchObject({
      code: 'ROLLCALL_POSITION_NOT_REACHED',
    });
  });

  it('is answered by a client that follows nothing yet', async () => {
    const registration = await client.register({ ...good, instance: 'orders-2', lease: 'none' });
    const other = await registry.client();
    await expect(other.reached(registration.sequence)).resolves.toBeUndefined();
  });
});

describe('a broker on which no registry ever ran', () => {
  it('is named as such by register and discover', async () => {
    const broker = await startTestBroker();
    const { url, user, password } = broker;
    const lost = await registry.client({ url, user, password });
    await expect(lost.register(good)).rejects.toMatchObject({
      code: 'ROLLCALL_UNAVAILABLE',
      message: expect.stringMatching(/nobody answers for the stream "REGISTRY".*Start a registry/),
    });
    await expect(lost.discover('orders', { timeoutMs: 500 })).rejects.toMatchObject({
      code: 'ROLLCALL_UNAVAILABLE',
      message: expect.stringContaining('stream not found'),
    });
    await lost.close();
    await broker.stop();
  });
});

describe('a broker that does not answer', () => {
  it('is named when the first connect fails', async () => {
    await expect(registry.client({ url: 'nats://127.0.0.1:9', connectTimeoutMs: 300 })).rejects.toMatchObject(
      {
        code: 'ROLLCALL_BROKER_UNREACHABLE',
        message: expect.stringContaining('127.0.0.1:9'),
      },
    );
  });
});
