import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PickOptions, ServiceHandle, ServiceOptions } from '#client';
import { eventTypes } from '#contracts';
import { busy, type CallStand, hello, openCallStand } from './call-stand.js';

const PICKS = 4_000;

let stand: CallStand;
beforeAll(async () => {
  stand = await openCallStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.stop());

async function setPolicy(service: string, policy: object): Promise<number> {
  const names = { namespace: 'default', service };
  return stand.registry.store.journal.append({
    id: randomUUID(),
    type: eventTypes.servicePolicySet,
    source: 'test',
    time: new Date().toISOString(),
    aggregate: { kind: 'service', ...names },
    data: { ...names, ...policy },
  });
}

async function opened(service: string, options: ServiceOptions = {}): Promise<ServiceHandle> {
  const handle = stand.caller.service(service, options);
  await handle.ready();
  return handle;
}

/** Share of the picks that an instance gets. */
function shareOf(instance: string, handle: ServiceHandle, options: PickOptions = {}): number {
  const picked = Array.from({ length: PICKS }, () => handle.pick(options).instance.instance);
  return picked.filter((name) => name === instance).length / PICKS;
}

describe('picks are shared', () => {
  it('by weight, exactly and evenly spread, with the balancer that takes turns by it', async () => {
    const { service } = await stand.serveWith([{ weight: 300 }, { weight: 100 }], hello, hello);
    const handle = await opened(service);
    const turns = Array.from({ length: 8 }, () => handle.pick({ balancer: 'weighted' }).instance.instance);
    expect(turns.filter((name) => name === 'b')).toHaveLength(2);
    expect(shareOf('b', handle)).toBeCloseTo(0.25, 1);
  });

  it('by the weights of a canary split by version', async () => {
    const { service } = await stand.serveWith([{}, { version: '2.0.0' }], hello, hello);
    const to = [
      { version: '^1', weight: 90 },
      { version: '^2', weight: 10 },
    ];
    await stand.caller.reached(await setPolicy(service, { routes: [{ name: 'canary', to }] }));
    const share = shareOf('b', await opened(service));
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.13);
  });

  it('with less for a newcomer, until it has warmed up', async () => {
    const { service } = await stand.serve(hello);
    const handle = await opened(service, { slowStartMs: 60_000 });
    handle.pick();
    const endpoints = [{ name: 'http', protocol: 'http' as const, address: '127.0.0.1', port: 9 }];
    const order = { service, instance: 'newcomer', version: '1.0.0', endpoints };
    const { sequence } = await stand.provider.register(order);
    await stand.caller.reached(sequence);
    const share = shareOf('newcomer', handle);
    expect(share).toBeGreaterThan(0.06);
    expect(share).toBeLessThan(0.13);
    expect(shareOf('newcomer', await opened(service, { slowStartMs: 0 }))).toBeGreaterThan(0.4);
  });

  it('never with the dead while a live one exists, whatever the balancer', async () => {
    const { service } = await stand.serve(hello, hello);
    const handle = await opened(service);
    handle.pick({ instance: 'a' }).begin().end('unreachable');
    for (const balancer of ['least-loaded', 'weighted', 'round-robin'] as const)
      expect(shareOf('b', handle, { balancer })).toBe(1);
    for (let key = 0; key < 50; key += 1)
      expect(handle.pick({ key: `customer-${key}` }).instance.instance).toBe('b');
  });
});

describe('a policy', () => {
  it('is obeyed within milliseconds of being written', async () => {
    const { service } = await stand.serveWith([{}, { version: '2.0.0' }], hello, hello);
    const handle = await opened(service);
    const tookMs: number[] = [];
    for (const [instance, version] of [1, 2, 1, 2, 1].map((major) => [' ab'.charAt(major), `^${major}`])) {
      await setPolicy(service, { routes: [{ name: 'all', to: [{ version }] }] });
      const sinceMs = performance.now();
      while (shareOfFew(handle, instance as string) < 1)
        await new Promise((resolve) => setImmediate(resolve));
      tookMs.push(performance.now() - sinceMs);
    }
    expect(tookMs.toSorted((left, right) => left - right)[2]).toBeLessThan(100);

    function shareOfFew(of: ServiceHandle, name: string): number {
      const few = Array.from({ length: 10 }, () => of.pick().instance.instance);
      return few.filter((one) => one === name).length / few.length;
    }
  });

  it('names the zones to fall back to when there is nobody near', async () => {
    const zones = [{ zone: 'eu-2' }, { zone: 'eu-3' }];
    const { service } = await stand.serveWith(zones, hello, hello);
    const handle = await opened(service, { near: 'eu-1' });
    expect(shareOf('b', handle)).toBeGreaterThan(0.4);
    await stand.caller.reached(await setPolicy(service, { calls: { fallbackZones: ['eu-3'] } }));
    expect(shareOf('b', handle)).toBe(1);
  });
});

describe('repeated calls', () => {
  it('stay within their budget when everything fails, and are counted', async () => {
    let hits = 0;
    const failing: typeof busy = (request, response) => {
      hits += 1;
      busy(request, response);
    };
    const { service } = await stand.serve(failing, failing);
    const http = stand.caller.http(service, { retryBudgetPercent: 10 });
    const CALLS = 300;
    for (let round = 0; round < 10; round += 1)
      await Promise.all(Array.from({ length: CALLS / 10 }, () => http.get('/')));
    // Three attempts for each would be 900: 50 to begin with, 10 % of the calls, and five a second.
    expect(hits).toBeGreaterThanOrEqual(CALLS + 50 + CALLS / 10 - 1);
    expect(hits).toBeLessThan(CALLS + 50 + CALLS / 10 + 50);
    const text = await stand.metrics.metrics();
    expect(text).toContain(`rollcall_calls_total{service="${service}",outcome="failed"} ${hits}`);
    expect(text).toContain(`rollcall_call_retries_total{service="${service}"} ${hits - CALLS}`);
  });
});
