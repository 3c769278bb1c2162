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
    const { connection, store, history, callGraph, writers } = http.node.joined as JoinedRegistry;
    const reader = new Reader(() => http.node.view);
    const door = new RequestDoor({
      ...store,
      history,
      callGraph,
      reader,
      writers: () => writers,
      log: silentLog,
    });
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

type Line = Record<string, unknown>;
const linesOf = ({ text }: { readonly text: string }): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const events = '/v1/namespaces/default/events';

describe('the events of a namespace', () => {
  let evictedAt: number;
  beforeAll(async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const evicted = await http.ask(`${orders}/instances/orders-2/evict`, {
      method: 'POST',
      headers: { 'x-rollcall-actor': 'alice', traceparent },
      body: { reason: 'it leaks' },
    });
    evictedAt = Number(evicted.headers['x-rollcall-sequence']);
    const event = { id: 'late', type: 'rollcall.instance.updated.v1' };
    const aggregate = {
      kind: 'instance',
      namespace: 'default',
      service: 'orders',
      instance: 'orders-1',
    } as const;
    const data = { ...aggregate, incarnation: 1, version: '1.0.0', status: 'up', endpoints, leaseMs: 0 };
    const { kind: _kind, ...record } = data;
    await http.node.joined?.store.journal.append({ ...event, aggregate, data: record });
  });

  it('are told in sentences, with who and why, and what the view set aside', async () => {
    const lines = linesOf(await http.ask(`${events}?service=orders`));
    expect(lines.map(({ type }) => type)).toEqual([
      'rollcall.instance.registered.v1',
      'rollcall.instance.registered.v1',
      'rollcall.instance.deregistered.v1',
      'rollcall.override.set.v1',
      'rollcall.instance.updated.v1',
      undefined,
    ]);
    expect(lines[3]).toMatchObject({
      sequence: evictedAt,
      subject: 'default.override.orders.orders-2',
      sentence: 'incarnation 1 was evicted, by alice, because: it leaks',
      actor: 'alice',
      reason: 'it leaks',
    });
    expect(lines[4]).toMatchObject({ refused: 'incarnation 1 has already deregistered' });
    expect(lines.at(-1)).toEqual({ end: evictedAt + 1 });
  });

  it('that were set aside are known for that also when reading begins right before them', async () => {
    const [line] = linesOf(await http.ask(`${events}?from=${evictedAt + 1}`));
    expect(line).toMatchObject({ refused: 'incarnation 1 has already deregistered' });
  });

  it.each([
    ['type=override', 1],
    ['type=rollcall.instance.registered.v1,deregistered', 3],
    ['actor=alice', 1],
    ['actor=nobody', 0],
    ['instance=orders-2&service=orders', 2],
    ['service=payments', 0],
    ['from=-1h&to=-0s', 5],
  ])('are chosen by %s', async (query, count) => {
    expect(linesOf(await http.ask(`${events}?${query}`))).toHaveLength(count + 1);
  });

  it('go on after the last that was seen, without a gap and without one twice', async () => {
    const whole = linesOf(await http.ask(events));
    const first = linesOf(await http.ask(`${events}?to=${firstSequence + 1}`));
    const rest = linesOf(await http.ask(`${events}?after=${String(first.at(-1)?.['end'])}`));
    expect([...first.slice(0, -1), ...rest]).toEqual(whole);
  });

  it.each([
    ['from=1&after=1', 'ROLLCALL_QUERY_INVALID'],
    ['instance=orders-1', 'ROLLCALL_QUERY_INVALID'],
    ['to=soon', 'ROLLCALL_SEQUENCE_INVALID'],
    ['to=999', 'ROLLCALL_AFTER_HISTORY'],
    ['service=Orders', 'ROLLCALL_NAME_INVALID'],
    ['colour=red', 'ROLLCALL_QUERY_INVALID'],
  ])('are refused for %s with %s', async (query, code) => {
    expect((await http.ask(`${events}?${query}`)).json()['code']).toBe(code);
  });
});

describe('the difference between two moments', () => {
  const diff = '/v1/namespaces/default/diff';
  it('names what came, went and changed, by whom and why', async () => {
    const found = (await http.ask(`${diff}?from=${firstSequence}`)).json();
    expect(found).toMatchObject({
      from: { sequence: firstSequence },
      differences: [{ key: 'default.instance.orders.orders-1', kind: 'removed', fields: [] }],
    });
    const weighed = await http.ask(`${orders}/instances/orders-1`, {
      method: 'PUT',
      body: { version: '2.0.0', endpoints, leaseMs: 0 },
    });
    const sequence = Number(weighed.headers['x-rollcall-sequence']);
    const changed = (await http.ask(`${diff}?service=orders&from=${firstSequence}&to=${sequence}`)).json();
    expect(changed['differences']).toMatchObject([
      {
        kind: 'changed',
        sequence,
        fields: expect.arrayContaining([{ path: 'version', before: '1.0.0', after: '2.0.0' }]) as unknown,
      },
    ]);
  });

  it.each([
    ['from=3&to=1', 'ROLLCALL_QUERY_INVALID'],
    ['to=1', 'ROLLCALL_QUERY_INVALID'],
    ['from=2001-01-01', 'ROLLCALL_BEFORE_HISTORY'],
  ])('is refused for %s with %s', async (query, code) => {
    expect((await http.ask(`${diff}?${query}`)).json()['code']).toBe(code);
  });
});

describe('the availability of a service', () => {
  it('is told by instance, service and version', async () => {
    const found = (
      await http.ask(`/v1/namespaces/default/availability?from=${firstSequence}&service=orders`)
    ).json();
    expect(found).toMatchObject({
      from: { sequence: firstSequence },
      services: { orders: { instances: 2, uptimePercent: 100, outages: 0, restarts: 1, deploys: 1 } },
      versions: { 'orders@1.0.0': { instances: 1 }, 'orders@2.0.0': { instances: 1 } },
      instances: [
        { instance: 'orders-1', deploys: [{ from: '1.0.0', to: '2.0.0' }] },
        { instance: 'orders-2' },
      ],
    });
    const refused = await http.ask('/v1/namespaces/default/availability');
    expect(refused.json()['code']).toBe('ROLLCALL_QUERY_INVALID');
  });
});
