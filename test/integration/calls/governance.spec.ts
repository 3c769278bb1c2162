import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RollcallClient } from '#client';
import { eventually } from '../client/registry.js';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';

let http: HttpFixture;
let server: Server;
let orders: RollcallClient;

const base = '/v1/namespaces/default';

beforeAll(async () => {
  http = await openHttp();
  const { url, user, password } = http.broker;
  orders = await RollcallClient.connect({ url, user, password });
  server = createServer((request, response) => {
    if (request.url === '/broken') response.statusCode = 500;
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await orders.register({ service: 'orders', instance: 'o-1', version: '1.0.0', zone: 'eu-1' });
  for (const [instance, version] of [
    ['p-1', '1.0.0'],
    ['p-2', '2.0.0'],
  ] as const) {
    const endpoints = [{ name: 'http', protocol: 'http' as const, address: '127.0.0.1', port }];
    const { sequence } = await orders.register({ service: 'payments', instance, version, endpoints });
    await http.ask(`${base}/services?atLeast=${sequence}`);
  }
});
afterAll(async () => {
  await orders.close();
  server.close();
  await http.close();
});

const setPolicy = async (body: object): Promise<void> => {
  const answer = await http.ask(`${base}/services/payments/policy`, { method: 'PUT', body });
  expect(answer.status).toBe(200);
  await orders.reached(answer.json()['sequence'] as number);
};

describe('the call graph', () => {
  it('says who calls whom, how often, how well and how fast', async () => {
    const payments = orders.http('payments');
    for (let index = 0; index < 20; index += 1) await payments.get(index % 10 === 0 ? '/broken' : '/');
    let edges: unknown[] = [];
    await eventually(async () => {
      edges = (await http.ask(`${base}/graph`)).json()['edges'] as unknown[];
      return edges.length > 0;
    }, 'the graph has an edge');
    expect(edges).toEqual([
      {
        caller: 'orders',
        callee: 'payments',
        callsPerSecond: expect.closeTo(20 / 60, 2),
        errorShare: 0.1,
        retriesPerSecond: 0,
        p50Ms: expect.any(Number),
        p99Ms: expect.any(Number),
      },
    ]);
    const { connection } = http.node.joined as NonNullable<typeof http.node.joined>;
    connection.publish('calls.v1.default.orders.o-9', 'no JSON at all');
    connection.publish('calls.v1.default.orders', '{}');
    await connection.flush();
    expect((await http.ask(`${base}/graph`)).status).toBe(200);
  });
});

describe('routing rules', () => {
  it('are applied by callers as soon as they stand in the view', async () => {
    const payments = orders.service('payments');
    await payments.ready();
    await setPolicy({ routes: [{ name: 'only-two', to: [{ version: '^2' }] }] });
    expect(payments.pick().instance.instance).toBe('p-2');
    await setPolicy({
      routes: [
        { name: 'vip', match: { callers: ['orders'], headers: { 'x-vip': 'yes' } }, to: [{ version: '^1' }] },
        { name: 'nobody', match: { headers: { 'x-lost': '*' } }, to: [{ tag: 'moon' }] },
      ],
    });
    const vip = { headers: { 'x-vip': 'yes' } };
    expect(new Set(Array.from({ length: 20 }, () => payments.pick(vip).instance.instance))).toEqual(
      new Set(['p-1']),
    );
    // Taken in turn, so that it does not depend on what was measured of either.
    const inTurn = { balancer: 'round-robin' } as const;
    expect(new Set(Array.from({ length: 4 }, () => payments.pick(inTurn).instance.instance)).size).toBe(2);
    await expect(async () => payments.pick({ headers: { 'x-lost': '1' } })).rejects.toMatchObject({
      code: 'ROLLCALL_ROUTE_EMPTY',
      details: { rule: 'nobody', candidates: [expect.anything(), expect.anything()] },
    });
  });

  it('bring timeouts and attempts along', async () => {
    await setPolicy({ calls: { timeoutMs: 777, attemptsMax: 1 } });
    expect(orders.service('payments').policy).toEqual({ timeoutMs: 777, attemptsMax: 1 });
  });

  it('are explained over HTTP: candidates, who was filtered by what, and who would be picked', async () => {
    await setPolicy({
      routes: [
        {
          name: 'split',
          to: [
            { version: '^1', weight: 95 },
            { version: '^2', weight: 5 },
          ],
        },
      ],
    });
    const explain = `${base}/services/payments/explain`;
    const answer = await http.ask(`${explain}?caller=orders/o-1`);
    expect(answer.json()).toMatchObject({
      caller: 'orders/o-1',
      zone: 'eu-1',
      rule: 'split',
      candidates: [
        { instance: 'p-1', sharePercent: 95 },
        { instance: 'p-2', sharePercent: 5 },
      ],
      picked: 'p-1',
      sequence: expect.any(Number),
    });
    expect((await http.ask(`${explain}?caller=orders&version=%5E2`)).json()).toMatchObject({
      picked: 'p-2',
      refused: [{ instance: 'p-1', by: 'filter' }],
    });
    expect((await http.ask(explain)).json()).toMatchObject({ code: 'ROLLCALL_QUERY_INVALID' });
    expect((await http.ask(`${explain}?caller=orders&header=x`)).status).toBe(400);
  });

  it('that cannot be read are refused', async () => {
    const body = { routes: [{ name: 'bad', to: [{ version: 'one' }] }] };
    const answer = await http.ask(`${base}/services/payments/policy`, { method: 'PUT', body });
    expect([answer.status, answer.json()['code']]).toEqual([400, 'ROLLCALL_FILTER_INVALID']);
  });
});
