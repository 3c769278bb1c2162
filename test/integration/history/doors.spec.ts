import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Reader, silentLog } from '#application';
import { RequestDoor } from '#requests';
import type { JoinedRegistry } from '#server';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';

let http: HttpFixture;
let firstSequence: number;
let registeredAt: string;

const orders = '/v1/namespaces/default/services/orders';
const endpoints = [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 80 }];

beforeAll(async () => {
  http = await openHttp();
  const put = { method: 'PUT', body: { version: '1.0.0', endpoints, leaseMs: 0 } };
  const registered = await http.ask(`${orders}/instances/orders-1`, put);
  firstSequence = Number(registered.headers['x-rollcall-sequence']);
  registeredAt = (await http.ask(`${orders}/instances?at=${firstSequence}`)).headers[
    'x-rollcall-at'
  ] as string;
  await http.ask(`${orders}/instances/orders-2`, put);
  await http.ask(`${orders}/instances/orders-1`, { method: 'DELETE' });
});
afterAll(() => http.close());

const names = (answer: { json(): Record<string, unknown> }): string[] =>
  (answer.json()['instances'] as { instance: string }[]).map(({ instance }) => instance);

describe('a question with "at" over HTTP', () => {
  it('is answered from the past, and the answer says from which', async () => {
    const then = await http.ask(`${orders}/instances?at=${firstSequence}&version=^1`);
    expect(names(then)).toEqual(['orders-1']);
    expect(then.headers).toMatchObject({
      'x-rollcall-sequence': String(firstSequence),
      'x-rollcall-at': expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    });
    expect(names(await http.ask(`${orders}/instances?atLeast=${firstSequence + 2}`))).toEqual(['orders-2']);
  });

  it('may name a time, and is understood on every route that reads the view', async () => {
    const services = await http.ask(`/v1/namespaces/default/services?at=${firstSequence}`);
    expect(services.json()['services']).toMatchObject([{ service: 'orders', instances: 1 }]);
    expect((await http.ask(`${orders}?at=${firstSequence + 1}`)).json()).toMatchObject({ instances: 2 });
    expect((await http.ask(`${orders}/instances/orders-1?at=${firstSequence}`)).json()).not.toHaveProperty(
      'departure',
    );
    expect((await http.ask(`${orders}/instances/orders-1?at=-0s`)).json()).toMatchObject({
      departure: 'deregistered',
    });
    expect((await http.ask(`/v1/namespaces?at=${registeredAt}`)).json()['namespaces']).toMatchObject([
      { namespace: 'default' },
    ]);
    expect((await http.ask(`${orders}/instances/orders-2?at=${firstSequence}`)).status).toBe(404);
  });

  it.each([
    ['at=2001-01-01', 404, 'ROLLCALL_BEFORE_HISTORY'],
    ['at=999', 400, 'ROLLCALL_AFTER_HISTORY'],
    ['at=soon', 400, 'ROLLCALL_SEQUENCE_INVALID'],
    ['at=1&at=2', 400, 'ROLLCALL_QUERY_INVALID'],
    ['at=1&atLeast=1', 400, 'ROLLCALL_QUERY_INVALID'],
    ['at=1&wait=1s&index=1', 400, 'ROLLCALL_QUERY_INVALID'],
  ])('?%s is refused with %i %s', async (query, status, code) => {
    const refused = await http.ask(`${orders}/instances?${query}`);
    expect({ status: refused.status, code: refused.json()['code'] }).toEqual({ status, code });
  });
});

describe('a question with "at" over NATS', () => {
  it('is answered from the past, at the sequence it names', async () => {
    const { connection, store, history, writers } = http.node.joined as JoinedRegistry;
    const reader = new Reader(() => http.node.view);
    const door = new RequestDoor({ ...store, history, reader, writers: () => writers, log: silentLog });
    door.open();
    const ask = async (body: object): Promise<Record<string, unknown>> =>
      (
        await connection.request(
          'rollcall.v1.query.instances',
          JSON.stringify({ namespace: 'default', service: 'orders', ...body }),
        )
      ).json();
    expect(await ask({ at: firstSequence })).toMatchObject({
      instances: [{ instance: 'orders-1' }],
      total: 1,
    });
    expect(await ask({ at: '-0s' })).toMatchObject({ instances: [{ instance: 'orders-2' }] });
    expect(await ask({ at: 999 })).toMatchObject({ error: { code: 'ROLLCALL_AFTER_HISTORY' } });
    expect(await ask({ at: 1, atLeast: 1 })).toMatchObject({ error: { code: 'ROLLCALL_QUERY_INVALID' } });
    door.close();
  });
});
