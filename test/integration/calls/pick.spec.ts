import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RollcallClient, ServiceHandle } from '#client';
import { startTestRegistry, type TestRegistry } from '../client/registry.js';

let registry: TestRegistry;
let caller: RollcallClient;
let provider: RollcallClient;
let sequence = 0;

beforeAll(async () => {
  registry = await startTestRegistry();
  caller = await registry.client();
  provider = await registry.client();
  for (const [instance, version, zone] of [
    ['p1', '1.2.0', 'eu-1'],
    ['p2', '1.3.0', 'eu-1'],
    ['p3', '2.0.0', 'eu-2'],
  ] as const) {
    const registration = await provider.register({
      service: 'payments',
      instance,
      version,
      zone,
      tags: ['card'],
      metadata: instance === 'p2' ? { team: 'blue' } : { team: 'red', legacy: 'yes' },
      endpoints: [
        { name: 'http', protocol: 'http', address: '127.0.0.1', port: 9 },
        { name: 'admin', protocol: 'tcp', address: '127.0.0.1', port: 10 },
      ],
    });
    sequence = registration.sequence;
  }
});
afterAll(() => registry.stop());

async function opened(service = 'payments', options = {}): Promise<ServiceHandle> {
  const handle = caller.service(service, options);
  await handle.ready();
  await caller.reached(sequence);
  return handle;
}

const picks = (handle: ServiceHandle, options = {}): string[] =>
  [...new Set(Array.from({ length: 60 }, () => handle.pick(options).instance.instance))].toSorted();

describe('pick', () => {
  it('answers at once from the local view, with the way to the instance and the sequence it knows', async () => {
    const payments = await opened();
    const picked = payments.pick({ protocol: 'tcp' });
    expect(picked.endpoint).toMatchObject({ name: 'admin', port: 10 });
    expect(picked.sequence).toBeGreaterThanOrEqual(sequence);
    expect(picked.isStale).toBe(false);
    expect(picks(payments)).toEqual(['p1', 'p2', 'p3']);
  });

  it('meets version range, zone, tag and selector', async () => {
    const payments = await opened();
    expect(picks(payments, { version: '^1', zone: 'eu-1' })).toEqual(['p1', 'p2']);
    expect(picks(payments, { version: '>=2', tag: 'card' })).toEqual(['p3']);
    expect(picks(payments, { zone: 'eu-1,eu-2', version: '1.2.x' })).toEqual(['p1']);
    expect(picks(payments, { selector: 'team=blue' })).toEqual(['p2']);
    expect(picks(payments, { selector: 'team in (red,green),legacy', version: '^1' })).toEqual(['p1']);
    expect(picks(payments, { selector: '!legacy', protocol: 'tcp' })).toEqual(['p2']);
  });

  it('prefers the zone it is near to', async () => {
    const payments = await opened('payments', { near: 'eu-2' });
    expect(picks(payments)).toEqual(['p3']);
  });

  it('keeps a key with one instance', async () => {
    const payments = await opened();
    expect(picks(payments, { key: 'customer-7' })).toHaveLength(1);
  });

  it('takes turns when told to', async () => {
    const payments = await opened('payments', { balancer: 'round-robin' });
    const turns = Array.from({ length: 6 }, () => payments.pick().instance.instance);
    expect(new Set(turns.slice(0, 3)).size).toBe(3);
    expect(turns.slice(3)).toEqual(turns.slice(0, 3));
  });

  it('knows a change as soon as the view does', async () => {
    const payments = await opened();
    const registration = await provider.register({
      service: 'payments',
      instance: 'p4',
      version: '3.0.0',
      endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 11 }],
    });
    await caller.reached(registration.sequence);
    expect(payments.pick({ version: '^3' }).instance.instance).toBe('p4');
    await registration.deregister();
    await caller.reached(registration.sequence);
    await expect(async () => payments.pick({ version: '^3' })).rejects.toMatchObject({
      code: 'ROLLCALL_FILTER_UNMET',
    });
  });

  it('ejects an instance at once whose connection failed, and takes it back when it answers', async () => {
    const payments = await opened();
    const picked = payments.pick({ zone: 'eu-1' });
    picked.begin().end('unreachable', 'refused in a test');
    const others = picks(payments, { zone: 'eu-1' });
    expect(others).toHaveLength(1);
    expect(others).not.toContain(picked.instance.instance);
    picked.begin().end('answered');
    expect(picks(payments, { zone: 'eu-1' })).toHaveLength(2);
  });

  it('opens the circuit of an instance that fails again and again', async () => {
    const payments = await opened();
    const picked = payments.pick({ zone: 'eu-1' });
    for (let count = 0; count < 5; count += 1) {
      picked.begin().end('failed');
      await Promise.resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(picks(payments, { zone: 'eu-1' })).not.toContain(picked.instance.instance);
    expect(payments.explain({ zone: 'eu-1' }).candidates).toContainEqual(
      expect.objectContaining({ instance: picked.instance.instance, standing: 'failing', sharePercent: 0 }),
    );
  });

  it('avoids instances tried in vain while there are others', async () => {
    const payments = await opened();
    const { key } = payments.pick({ instance: 'p3' });
    const all = new Set([key, payments.pick({ instance: 'p1' }).key, payments.pick({ instance: 'p2' }).key]);
    expect(picks(payments, { avoid: new Set([key]) })).not.toContain('p3');
    expect(picks(payments, { avoid: all }).length).toBeGreaterThan(0);
  });
});

describe('what cannot be picked', () => {
  it.each([
    ['no such service', 'nobody', {}, 'ROLLCALL_SERVICE_UNKNOWN'],
    ['an unsatisfiable filter', 'payments', { version: '^9' }, 'ROLLCALL_FILTER_UNMET'],
    ['the wrong protocol', 'payments', { protocol: 'grpc' }, 'ROLLCALL_PROTOCOL_UNMET'],
    ['a filter that cannot be read', 'payments', { version: 'one' }, 'ROLLCALL_FILTER_INVALID'],
  ])('%s is told with a code', async (_what, service, options, code) => {
    const handle = await opened(service);
    await expect(async () => handle.pick(options)).rejects.toMatchObject({ code });
  });

  it('names the candidates, why each was refused, the sequence and the age of what is known', async () => {
    const payments = await opened();
    const failure = await (async () => payments.pick({ version: '^9' }))().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: expect.stringContaining('version 1.2.0'),
      details: {
        service: 'payments',
        sequence: expect.any(Number),
        staleMs: expect.any(Number),
        isStale: false,
        refused: expect.arrayContaining([
          expect.objectContaining({ instance: 'p1', by: 'filter', text: expect.stringContaining('version') }),
        ]),
      },
    });
  });

  it('a view that is not loaded yet is said to be so', async () => {
    const fresh = await registry.client();
    await expect(async () => fresh.service('payments').pick()).rejects.toMatchObject({
      code: 'ROLLCALL_UNAVAILABLE',
      message: expect.stringContaining('ready()'),
    });
  });
});
