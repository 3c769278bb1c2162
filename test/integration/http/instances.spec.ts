import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { eventTypes, type InstanceView } from '#contracts';
import { AT_LEAST_WAIT_MS, type HttpFixture, openHttp } from './http-fixture.js';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttp();
});
afterAll(() => http.close());

const services = '/v1/namespaces/default/services';
const endpoints = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }];
const record = { version: '1.0.0', endpoints };
let used = 0;
/** An instance of a service of its own. */
const fresh = () => {
  used += 1;
  const service = `${services}/service-${used}`;
  return { service, instances: `${service}/instances`, path: `${service}/instances/i-1` };
};
const put = (path: string, body: unknown = record, headers = {}) =>
  http.ask(path, { method: 'PUT', body, headers });

async function instancesAt(path: string, atLeast: unknown): Promise<InstanceView[]> {
  const answer = await http.ask(`${path}${path.includes('?') ? '&' : '?'}atLeast=${String(atLeast)}`);
  expect(answer.status).toBe(200);
  return answer.json()['instances'] as InstanceView[];
}

describe('registering over HTTP', () => {
  it('answers with the sequence, and a read that demands it shows the instance', async () => {
    const { path, instances } = fresh();
    const answer = await put(path);
    expect(answer.status).toBe(201);
    const { sequence, incarnation } = answer.json();
    expect(incarnation).toBe(1);
    expect(answer.headers['x-rollcall-sequence']).toBe(String(sequence));
    const [found] = await instancesAt(instances, sequence);
    expect(found).toMatchObject({
      ...record,
      instance: 'i-1',
      status: 'up',
      leaseMs: 0,
      weight: 100,
      incarnation: 1,
    });
  });

  it('again is 200 and the next incarnation', async () => {
    const { path, instances } = fresh();
    await put(path);
    const { sequence } = (await put(path)).json();
    await instancesAt(instances, sequence);
    const again = await put(path);
    expect(again.status).toBe(200);
    expect(again.json()['incarnation']).toBe(3);
  });

  it('twenty times at once gives twenty incarnations or clear conflicts, and never two equal ones', async () => {
    const { path } = fresh();
    const answers = await Promise.all(Array.from({ length: 20 }, () => put(path)));
    const won = answers.filter(({ status }) => status < 300).map((answer) => answer.json()['incarnation']);
    expect(new Set(won).size).toBe(won.length);
    for (const { status } of answers) expect([200, 201, 409]).toContain(status);
  });

  it('keeps who did it and why in the journal', async () => {
    const { path } = fresh();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { sequence } = (
      await put(`${path}?reason=try`, record, { 'x-rollcall-actor': 'ada', traceparent })
    ).json();
    const event = await http.node.joined?.store.journal.at(sequence as number);
    const headers = ['ce-type', 'ce-actor', 'ce-reason', 'ce-source', 'traceparent'].map((name) =>
      event?.header(name),
    );
    expect(headers).toEqual([eventTypes.instanceRegistered, 'ada', 'try', '/http', traceparent]);
  });
});

describe('deregistering over HTTP', () => {
  it('takes the instance away, and tells its reason to those who ask for the departed, too', async () => {
    const { path, instances } = fresh();
    await put(path);
    const answer = await http.ask(`${path}?reason=moved`, { method: 'DELETE' });
    expect(answer.status).toBe(200);
    const { sequence } = answer.json();
    expect(await instancesAt(instances, sequence)).toEqual([]);
    const [departed] = await instancesAt(`${instances}?all=true`, sequence);
    expect(departed).toMatchObject({ instance: 'i-1', departure: 'deregistered', status: 'down' });
    expect((await put(path)).status).toBe(201);
  });

  it('what is not registered is 404', async () => {
    const { path } = fresh();
    const answer = await http.ask(path, { method: 'DELETE' });
    expect([answer.status, answer.json()['code']]).toEqual([404, 'ROLLCALL_NOT_FOUND']);
  });

  it('twice is 404 the second time', async () => {
    const { path } = fresh();
    await put(path);
    expect((await http.ask(path, { method: 'DELETE' })).status).toBe(200);
    expect((await http.ask(path, { method: 'DELETE' })).status).toBe(404);
  });

  it('works although the last message on the subject is noise', async () => {
    const { path, instances, service } = fresh();
    await put(path);
    const nats = await connect(http.broker.connection);
    const subject = `registry.v1.default.instance.${service.split('/').at(-1)}.i-1`;
    nats.publish(subject, new Uint8Array([0xff, 0xfe, 0]));
    await nats.close();
    const ends = await http.node.joined?.store.journal.ends();
    await instancesAt(instances, ends?.lastSequence);
    const { sequence, incarnation } = (await http.ask(path, { method: 'DELETE' })).json();
    expect(incarnation).toBe(1);
    expect(await instancesAt(instances, sequence)).toEqual([]);
  });
});

describe('reading over HTTP', () => {
  it('lists services by name, with counts of what their instances say', async () => {
    const path = '/v1/namespaces/lists/services';
    await put(`${path}/web/instances/a`, { ...record, version: '2.0.0' });
    await put(`${path}/web/instances/b`, { ...record, status: 'draining' });
    await put(`${path}/db/instances/a`);
    await put(`${path}/gone/instances/a`);
    const { sequence } = (await http.ask(`${path}/gone/instances/a`, { method: 'DELETE' })).json();
    const answer = await http.ask(`${path}?atLeast=${String(sequence)}`);
    expect(answer.json()).toEqual({
      namespace: 'lists',
      services: [
        { service: 'db', instances: 1, statuses: { up: 1 }, versions: ['1.0.0'] },
        { service: 'web', instances: 2, statuses: { up: 1, draining: 1 }, versions: ['1.0.0', '2.0.0'] },
      ],
    });
  });

  it('a service nobody has heard of is no empty list: that would hide a misspelt name', async () => {
    await put(fresh().path);
    const answer = await http.ask(`${services}/nobody/instances`);
    expect([answer.status, answer.headers['etag']]).toEqual([404, undefined]);
    expect(answer.json()).toMatchObject({ code: 'ROLLCALL_SERVICE_UNKNOWN' });
    expect(answer.json()['detail']).toMatch(/has no service "nobody"; there is .*index=0&wait=30s/);
  });

  it('a service all have left is an empty list', async () => {
    const { path } = fresh();
    await put(path);
    const { sequence } = (await http.ask(path, { method: 'DELETE' })).json();
    const list = path.slice(0, path.lastIndexOf('/'));
    const answer = await http.ask(`${list}?atLeast=${String(sequence)}`);
    expect([answer.status, answer.json()['instances']]).toEqual([200, []]);
  });

  it('a service that is still to come can be waited for', async () => {
    const { path } = fresh();
    const waiting = http.ask(`${path.slice(0, path.lastIndexOf('/'))}?index=0&wait=20s`);
    await put(path);
    const answer = await waiting;
    expect([answer.status, answer.json()['total']]).toEqual([200, 1]);
  });

  it('a namespace nobody has heard of has nothing', async () => {
    expect((await http.ask('/v1/namespaces/nowhere/services')).json()['services']).toEqual([]);
  });

  it('shows one instance, and 404 for one nobody has heard of', async () => {
    const { path } = fresh();
    const { sequence } = (await put(path)).json();
    const answer = await http.ask(`${path}?atLeast=${String(sequence)}`);
    expect(answer.json()).toMatchObject({ ...record, instance: 'i-1' });
    expect((await http.ask(`${path}x`)).json()['code']).toBe('ROLLCALL_NOT_FOUND');
  });

  it('says in every answer which sequence it reflects and how old it is', async () => {
    for (const path of [services, '/healthz', '/readyz', '/nothing/here']) {
      const { headers } = await http.ask(path);
      expect(Number(headers['x-rollcall-sequence'])).toBeGreaterThan(0);
      expect(Number(headers['x-rollcall-stale-ms'])).toBeLessThan(2_000);
    }
  });

  it('waits for a demanded sequence, and says 503 when it does not come', async () => {
    const { lastSequence } = (await http.node.joined?.store.journal.ends()) ?? { lastSequence: 0 };
    const { path, instances } = fresh();
    const waiting = http.ask(`${instances}?atLeast=${lastSequence + 1}`);
    await put(path);
    expect((await waiting).json()['instances']).toHaveLength(1);
    const startedAtMs = performance.now();
    const answer = await http.ask(`${instances}?atLeast=${lastSequence + 1_000_000}`);
    expect([answer.status, answer.json()['code']]).toEqual([503, 'ROLLCALL_POSITION_NOT_REACHED']);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(AT_LEAST_WAIT_MS - 50);
  });
});

describe('health over HTTP', () => {
  it('is ok, and ready with reasons', async () => {
    expect((await http.ask('/healthz')).json()).toMatchObject({ status: 'ok' });
    const answer = await http.ask('/readyz');
    expect(answer.status).toBe(200);
    const { status, checks } = answer.json();
    expect(status).toBe('ready');
    expect((checks as { name: string }[]).map(({ name }) => name)).toEqual(['broker', 'view', 'projection']);
  });

  it('answers HEAD like GET without a body', async () => {
    const answer = await http.ask('/readyz', { method: 'HEAD' });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
});
