import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Reader, silentLog } from '#application';
import { RollcallClient } from '#client';
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

const app = '/v1/namespaces/default/config/orders';

describe('what is set beside instances', () => {
  /** Sequences at which each of them was as it says, in the order of time. */
  const set: number[] = [];
  const put = async (path: string, body: object, method = 'PUT'): Promise<void> => {
    const answer = await http.ask(path, { method, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    set.push(Number(answer.headers['x-rollcall-sequence']));
  };
  beforeAll(async () => {
    await put(`${app}/pool`, { value: '10' });
    await put(`${app}/pool`, { value: '20' });
    await put('/v1/namespaces/default/config/_shared/level', { value: 'info' });
    await put(`${app}/pool/overrides`, {
      overrides: [{ name: 'v2', match: { version: '>=2' }, value: '30' }],
    });
    await put(`${app}/pool/schema`, { schema: { type: 'string' } });
    await put(`${orders}/policy`, { routes: [{ name: 'only-1', to: [{ selector: 'none=there' }] }] });
    await put(`${app}/pool`, undefined as never, 'DELETE');
  });
  const then = (index: number): string => `at=${set[index]}`;

  it('is told as it was: keys, lists, overrides, schemas, exports, applications', async () => {
    const value = async (at: string): Promise<unknown> =>
      (await http.ask(`${app}/pool?${at}`)).json()['value'];
    expect([await value(then(0)), await value(then(1)), await value('at=-0s')]).toEqual([
      '10',
      '20',
      undefined,
    ]);
    const keys = (await http.ask(`${app}?${then(0)}`)).json()['keys'];
    expect(keys).toMatchObject([{ key: 'pool', value: '10', revision: set[0] }]);
    expect((await http.ask(`${app}?at=-0s`)).json()['keys']).toEqual([]);
    expect((await http.ask(`${app}/pool/overrides?${then(2)}`)).status).toBe(404);
    expect((await http.ask(`${app}/pool/overrides?${then(3)}`)).json()).toMatchObject({ revision: set[3] });
    expect((await http.ask(`${app}/pool/schema?${then(3)}`)).status).toBe(404);
    expect((await http.ask(`${app}/pool/schema?${then(4)}`)).json()).toMatchObject({
      schema: { type: 'string' },
    });
    const file = await http.ask(`/v1/namespaces/default/config-export/orders?${then(1)}&format=env`);
    expect(file.json()['text']).toContain('pool=20');
    const applications = await http.ask(`/v1/namespaces/default/config?${then(0)}`);
    expect(applications.json()['applications']).toEqual([
      { application: 'orders', keys: 1, revision: set[0] },
    ]);
    expect(applications.headers['x-rollcall-sequence']).toBe(String(set[0]));
  });

  it('is told as one instance saw it: by its layers, its overrides, and its registration of then', async () => {
    const seen = async (more: string): Promise<unknown> =>
      (
        (await http.ask(`/v1/namespaces/default/config-effective/orders?instance=orders-1&${more}`)).json()[
          'keys'
        ] as { key: string; value: string }[]
      ).map(({ key, value }) => `${key}=${value}`);
    expect(await seen(then(0))).toEqual(['pool=10']);
    expect(await seen(`${then(2)}&version=2.0.0`)).toEqual(['level=info', 'pool=20']);
    expect(await seen(`${then(3)}&version=2.0.0`)).toEqual(['level=info', 'pool=30']);
    expect(await seen(`${then(5)}&service=orders`)).toEqual(['level=info', 'pool=20']);
    expect(await seen('at=-0s')).toEqual(['level=info']);
  });

  it('decides where a call would have gone', async () => {
    const explain = async (at: string): Promise<Record<string, unknown>> =>
      (await http.ask(`${orders}/explain?caller=web&${at}`)).json();
    expect(await explain(then(4))).toMatchObject({ picked: 'orders-2', sequence: set[4] });
    expect(await explain(then(5))).toMatchObject({ rule: 'only-1', problem: {}, candidates: [] });
  });

  it('is asked by the SDK over NATS, all of one sequence', async () => {
    const { connection, store, history, callGraph, writers } = http.node.joined as JoinedRegistry;
    const reader = new Reader(() => http.node.view);
    const parts = {
      ...store,
      connection,
      history,
      callGraph,
      reader,
      writers: () => writers,
      log: silentLog,
    };
    const door = new RequestDoor(parts);
    door.open();
    const client = await RollcallClient.connect(http.broker);
    try {
      const past = client.at(set[3] as number);
      expect(await past.config('orders')).toMatchObject([{ key: 'pool', value: '20' }]);
      const reader = { instance: 'orders-9', version: '2.1.0' };
      expect((await past.effectiveConfig('orders', reader)).keys.map(({ value }) => value)).toEqual([
        'info',
        '30',
      ]);
      expect(await past.services()).toMatchObject([{ service: 'orders', instances: 1 }]);
      expect(await past.explain('web', 'orders')).toMatchObject({ picked: 'orders-2' });
      expect((await client.at(set[5] as number).service('orders')).policy).toMatchObject({
        revision: set[5],
      });
      expect(past.sequence).toBe(set[3]);
      expect(await client.discover('orders', { at: firstSequence })).toMatchObject({
        instances: [{ instance: 'orders-1' }],
        position: firstSequence,
      });
      const ago = new Date(registeredAt);
      expect((await client.discover('orders', { at: ago, withDeparted: true })).position).toBe(firstSequence);
      for (const [at, code] of [
        [999_999, 'ROLLCALL_AFTER_HISTORY'],
        ['soon', 'ROLLCALL_SEQUENCE_INVALID'],
        ['2001-01-01', 'ROLLCALL_BEFORE_HISTORY'],
      ] as const)
        await expect(client.discover('orders', { at })).rejects.toMatchObject({ code });
      const both = client.discover('orders', { at: 1, atLeast: 1 });
      await expect(both).rejects.toMatchObject({ code: 'ROLLCALL_QUERY_INVALID' });
    } finally {
      await client.close();
      door.close();
    }
  });
});
