import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventType, eventTypes, type InstanceRecord, type VerdictRecord } from '#contracts';
import { History, silentLog, whatIfPolicy, type WhatIfReport } from '#application';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
beforeAll(async () => {
  broker = await startTestBroker();
  const { url, user, password } = broker;
  store = await openRegistryStore({ connection: await connectBroker({ url, user, password }) });
});
afterAll(async () => {
  store.journal.close();
  await store.connection.close();
  await broker.stop();
});

let number = 0;
const place = (service: string, name: string) => ({
  namespace: 'default',
  service,
  instance: `${service}-${name}`,
});

function append(
  type: EventType,
  kind: 'instance' | 'verdict',
  id: ReturnType<typeof place>,
  more: object,
): Promise<number> {
  number += 1;
  const event = { id: `w-${number}`, type, aggregate: { kind, ...id }, data: { ...id, ...more } };
  return store.journal.append(event);
}

const register = (id: ReturnType<typeof place>, more: Partial<InstanceRecord> = {}): Promise<number> =>
  append(eventTypes.instanceRegistered, 'instance', id, {
    incarnation: 1,
    version: '1.0.0',
    status: 'up',
    endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.1', port: 80 }],
    leaseMs: 7_000,
    heartbeatMs: 1_000,
    startedAt: '2026-11-22T03:00:00.000Z',
    ...more,
  });

/** A verdict as the watchman writes it; the last beat lies as many ms before now. */
function judge(
  id: ReturnType<typeof place>,
  state: VerdictRecord['state'],
  beatAgoMs: number,
): Promise<number> {
  const types = {
    suspected: eventTypes.verdictSuspected,
    cleared: eventTypes.verdictCleared,
    expired: eventTypes.verdictExpired,
  };
  const lastHeartbeatAt = new Date(Date.now() - beatAgoMs).toISOString();
  const evidence = { signal: 'heartbeat-lapsed', lastHeartbeatAt };
  return append(types[state], 'verdict', id, { incarnation: 1, state, evidence });
}

async function ask(from: number, policy: object, more: object = {}): Promise<WhatIfReport> {
  const history = new History({ ...store, log: silentLog, nowMs: () => Date.now() });
  return history.whatIf(String(from), '-0s', { namespace: 'default', policy: whatIfPolicy(policy), ...more });
}

describe('another lease', () => {
  it('is held against every suspicion and how it ended', async () => {
    const [back, dead, flapped] = [
      place('orders', 'back'),
      place('orders', 'dead'),
      place('orders', 'flapped'),
    ];
    const from = await register(back);
    await register(dead);
    await register(flapped);
    for (const one of [back, dead, flapped]) await judge(one, 'suspected', 2_500);
    await judge(flapped, 'cleared', 0);
    await judge(back, 'expired', 7_000);
    await judge(dead, 'expired', 7_000);
    // The same process: it had been alive all the time.
    await register(back, { incarnation: 2 });
    await register(dead, { incarnation: 2, startedAt: '2026-11-22T04:00:00.000Z' });

    const same = await ask(from, { lease: { leaseMs: 7_000 } });
    expect(same).toMatchObject({ suspicions: { total: 3, differing: [] }, protection: { total: 2 } });
    const longer = await ask(from, { lease: { leaseMs: 15_000, heartbeatMs: 3_000 } });
    expect(longer.suspicions.differing).toMatchObject([
      {
        instance: 'orders-back',
        was: 'expired',
        whatIf: 'not-suspected',
        backAt: expect.any(String) as unknown,
      },
      { instance: 'orders-dead', was: 'expired', whatIf: 'expired-later' },
      { instance: 'orders-flapped', was: 'cleared', whatIf: 'not-suspected' },
    ]);
    expect((await ask(from, { lease: { leaseMs: 15_000 } })).suspicions.differing).toMatchObject([
      { instance: 'orders-back', whatIf: 'not-expired' },
      { instance: 'orders-dead', whatIf: 'expired-later' },
    ]);
  });
});

describe('another protection', () => {
  it('would have held some expiries, and let others pass', async () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => place('payments', name));
    const from = await register(all[0] as (typeof all)[0]);
    for (const one of all.slice(1)) await register(one);
    for (const one of all.slice(0, 2)) await judge(one, 'suspected', 2_500);
    const expired = await judge(all[0] as (typeof all)[0], 'expired', 7_000);
    const found = await ask(from, { protection: { sharePercent: 40, minimumCount: 2, maxMs: 60_000 } });
    expect(found.protection).toEqual({
      total: 1,
      differing: [
        {
          service: 'payments',
          sequence: expired,
          at: expect.any(String) as unknown,
          was: 'expired',
          presentCount: 4,
          goingCount: 2,
        },
      ],
    });
    const lax = await ask(from, { protection: { sharePercent: 60, minimumCount: 2, maxMs: 60_000 } });
    expect(lax.protection.differing).toEqual([]);
  });
});

describe('another routing', () => {
  it('is tried at moments of the window, on the instances that were there', async () => {
    const [one, two] = [place('web', 'one'), place('web', 'two')];
    const from = await register(one);
    await register(two, { version: '2.0.0' });
    const routes = [{ name: 'newest', to: [{ version: '>=2' }] }];
    const { picks } = await ask(from, { routes }, { service: 'web', caller: 'shop', samples: 5 });
    expect(picks).toEqual({
      total: 2,
      differing: [
        expect.objectContaining({
          sequence: from,
          was: { shares: { 'web-one': 100 } },
          whatIf: { rule: 'newest', shares: {}, problem: 'ROLLCALL_ROUTE_EMPTY' },
        }),
        expect.objectContaining({
          sequence: from + 1,
          was: { shares: { 'web-one': 50, 'web-two': 50 } },
          whatIf: { rule: 'newest', shares: { 'web-two': 100 } },
        }),
      ],
    });
  });
});

describe('a policy that cannot be', () => {
  it.each([
    [{}, 'ROLLCALL_RECORD_INVALID', 'the policy says nothing'],
    [{ leases: {} }, 'ROLLCALL_RECORD_INVALID', 'leases is not a field'],
    [{ lease: { leaseMs: 5 } }, 'ROLLCALL_RECORD_INVALID', 'lease.leaseMs is "5", allowed is 3000'],
    [{ lease: { leaseMs: 3_000, heartbeatMs: 4_000 } }, 'ROLLCALL_RECORD_INVALID', 'is not shorter than'],
    [{ protection: { sharePercent: 900 } }, 'ROLLCALL_RECORD_INVALID', 'protection'],
    [{ routes: [{ name: 'x' }] }, 'ROLLCALL_RECORD_INVALID', 'to'],
    [[], 'ROLLCALL_BODY_INVALID', 'not a JSON object'],
  ])('%j is refused', (policy, code, words) => {
    const reading = (): unknown => whatIfPolicy(policy);
    expect(reading).toThrow(words);
    expect(reading).toThrow(code);
  });
});
