import { gunzipSync } from 'node:zlib';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceView } from '#contracts';
import { type HttpFixture, openHttp } from './http-fixture.js';

let http: HttpFixture;
const namespace = '/v1/namespaces/default';
const orders = `${namespace}/services/orders/instances`;

async function put(path: string, fields: object = {}): Promise<number> {
  const endpoints = [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080 }];
  const answer = await http.ask(path, { method: 'PUT', body: { version: '1.0.0', endpoints, ...fields } });
  const sequence = Number(answer.json()['sequence']);
  await http.ask(`${orders}?atLeast=${sequence}`);
  return sequence;
}

beforeAll(async () => {
  http = await openHttp();
  await put(`${orders}/orders-1`, { zone: 'eu-1', tags: ['stable'], metadata: { team: 'a' } });
  await put(`${orders}/orders-2`, { zone: 'eu-2', version: '1.4.0', metadata: { team: 'b' } });
  await put(`${orders}/orders-3`, { zone: 'eu-2', version: '2.0.0', status: 'draining' });
  await put(`${namespace}/services/payments/instances/payments-1`);
  await put('/v1/namespaces/test/services/orders/instances/orders-9');
});
afterAll(() => http.close());

const names = async (path: string): Promise<unknown> =>
  ((await http.ask(path)).json()['instances'] as InstanceView[]).map(({ instance }) => instance);

describe('instances', () => {
  it.each([
    ['version=^1', ['orders-1', 'orders-2']],
    ['tag=stable', ['orders-1']],
    ['zone=eu-2', ['orders-2', 'orders-3']],
    ['status=draining', ['orders-3']],
    ['routable=true', ['orders-1', 'orders-2']],
    ['version=^2&routable', ['orders-3']],
    ['selector=team%20in%20(a,b),team!=b', ['orders-1']],
    ['address=10.0.0.7:8080', ['orders-1', 'orders-2', 'orders-3']],
    ['address=10.0.0.8', []],
    ['sort=-version', ['orders-3', 'orders-2', 'orders-1']],
    ['zone=eu-1&zone=eu-2&sort=-instance&limit=2', ['orders-3', 'orders-2']],
  ])('asked for by %s are %j', async (question, expected) => {
    expect(await names(`${orders}?${question}`)).toEqual(expected);
  });

  it('of a whole namespace can be asked for at once', async () => {
    expect(await names(`${namespace}/instances`)).toEqual(['orders-1', 'orders-2', 'orders-3', 'payments-1']);
    expect(await names(`${namespace}/instances?service=payments,orders&version=2.0.0`)).toEqual(['orders-3']);
  });

  it('come in pages, each saying where the next begins', async () => {
    const seen: unknown[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const cursor = next === '' ? '' : `&cursor=${next}`;
      const page = (await http.ask(`${namespace}/instances?limit=3&fields=instance${cursor}`)).json();
      expect(page).toMatchObject({ total: 4 });
      seen.push(...(page['instances'] as object[]));
      next = page['next'] as string | undefined;
    }
    expect(seen).toEqual(
      ['orders-1', 'orders-2', 'orders-3', 'payments-1'].map((instance) => ({ instance })),
    );
  });

  it('behind the last page are none, however often it is asked for', async () => {
    const whole = (await http.ask(`${namespace}/instances?limit=3`)).json();
    const last = `${namespace}/instances?cursor=${String(whole['next'])}`;
    expect((await http.ask(last)).json()['next']).toBeUndefined();
    // A cursor behind everything there is: made where the sort order was still longer.
    const far = (await http.ask('/v1/namespaces/test/instances?limit=1')).json()['next'];
    expect(far).toBeUndefined();
    const behind = Buffer.from(
      JSON.stringify(['namespace,service,instance', 'default', 'zzz', 'zzz']),
    ).toString('base64url');
    const page = (await http.ask(`${namespace}/instances?cursor=${behind}`)).json();
    expect(page).toMatchObject({ instances: [], total: 4 });
    expect(page['next']).toBeUndefined();
  });

  it.each([
    ['selector=team%20in%20(a', 'ROLLCALL_FILTER_INVALID', { parameter: 'selector', position: 11 }],
    ['version=banana', 'ROLLCALL_FILTER_INVALID', { parameter: 'version', position: 1 }],
    ['selector=team=a,,tier=b', 'ROLLCALL_FILTER_INVALID', { parameter: 'selector', position: 8 }],
    ['selector=%FF', 'ROLLCALL_FILTER_INVALID', { parameter: 'selector', position: 1 }],
    [`tag=${'x'.repeat(3_000)}`, 'ROLLCALL_FILTER_INVALID', { parameter: 'tag' }],
    ['limit=1000000', 'ROLLCALL_FILTER_INVALID', { parameter: 'limit' }],
    ['limit=0', 'ROLLCALL_FILTER_INVALID', { parameter: 'limit' }],
    ['limit=-1', 'ROLLCALL_FILTER_INVALID', { parameter: 'limit' }],
    ['limit=1e3', 'ROLLCALL_FILTER_INVALID', { parameter: 'limit' }],
    ['limit=99999999999999999999', 'ROLLCALL_FILTER_INVALID', { parameter: 'limit' }],
    ['cursor=xyz', 'ROLLCALL_CURSOR_INVALID', {}],
    ['service=payments', 'ROLLCALL_QUERY_INVALID', {}],
    ['colour=red', 'ROLLCALL_QUERY_INVALID', {}],
    ['wait=1s', 'ROLLCALL_QUERY_INVALID', {}],
    ['index=1&wait=1h', 'ROLLCALL_QUERY_INVALID', {}],
  ])('asked for by %s is refused with %s', async (question, code, details) => {
    const answer = await http.ask(`${orders}?${question}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code, details });
  });
});

describe('namespaces and services', () => {
  it('are listed with how many there are of what', async () => {
    expect((await http.ask('/v1/namespaces')).json()).toEqual({
      namespaces: [
        { namespace: 'default', services: 2, instances: 4 },
        { namespace: 'test', services: 1, instances: 1 },
      ],
    });
    expect((await http.ask(`${namespace}/services/orders`)).json()).toMatchObject({
      service: 'orders',
      instances: 3,
      statuses: { up: 2, draining: 1 },
    });
    expect((await http.ask(`${namespace}/services/nobody`)).status).toBe(404);
  });
});

describe('an answer somebody has already', () => {
  it('is not sent again, until something of the service changes', async () => {
    const path = `${namespace}/services/cached/instances`;
    await put(`${path}/c-1`);
    const first = await http.ask(path);
    const etag = String(first.headers['etag']);
    const again = { headers: { 'if-none-match': etag } };
    expect((await http.ask(path, again)).status).toBe(304);
    expect((await http.ask(`${path}?zone=eu-1`, again)).status).toBe(304);
    await put(`${orders}/orders-1`, { zone: 'eu-1', tags: ['stable'], metadata: { team: 'a' } });
    expect((await http.ask(path, again)).status).toBe(304);
    await put(`${path}/c-2`);
    const changed = await http.ask(path, again);
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(etag);
    expect(changed.json()).toMatchObject({ total: 2 });
  });

  it('says which state it reflects also when it is not sent', async () => {
    const first = await http.ask(orders);
    const known = await http.ask(orders, {
      headers: { 'if-none-match': `"other", ${String(first.headers['etag'])}` },
    });
    expect(known.status).toBe(304);
    expect(Number(known.headers['x-rollcall-sequence'])).toBeGreaterThan(0);
    expect(known.text).toBe('');
  });
});

describe('a large answer', () => {
  it.each([orders, `${orders}?sort=version`])('of %s goes out compressed to who takes that', async (path) => {
    const plain = await http.ask(path);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['vary']).toBe('accept-encoding');
    const bytes = await raw(path, { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(gunzipSync(bytes).toString()).toBe(plain.text);
    expect((await raw(path, { 'accept-encoding': 'gzip;q=0, identity' })).toString()).toBe(plain.text);
  });
});

describe('waiting for news', () => {
  it('ends as soon as something of the service changes, and not for others', async () => {
    const index = Number((await http.ask(orders)).headers['x-rollcall-sequence']);
    const waiting = http.ask(`${orders}?index=${index}&wait=20s`);
    await put(`${namespace}/services/payments/instances/payments-2`);
    const sequence = await put(`${orders}/orders-4`);
    const answer = await waiting;
    expect(Number(answer.headers['x-rollcall-sequence'])).toBeGreaterThanOrEqual(sequence);
    expect(answer.json()).toMatchObject({ total: 4 });
  });

  it('ends at once when there is news already, and in time when there is none', async () => {
    expect((await http.ask(`${orders}?index=1&wait=20s`)).status).toBe(200);
    const index = Number((await http.ask(orders)).headers['x-rollcall-sequence']);
    const startedAtMs = performance.now();
    expect((await http.ask(`${orders}?index=${index}&wait=200ms`)).status).toBe(200);
    expect(performance.now() - startedAtMs).toBeGreaterThan(190);
  });
});

function raw(path: string, headers: Record<string, string>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: http.port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    sent.on('error', reject);
    sent.end();
  });
}
