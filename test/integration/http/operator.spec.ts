import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpFixture, openHttp } from './http-fixture.js';

let http: HttpFixture;
const instance = '/v1/namespaces/default/services/orders/instances/orders-1';
const shown = async (): Promise<Record<string, unknown>> => (await http.ask(instance)).json();

/** Sends a body and waits until the view shows it. */
async function write(method: string, path: string, body?: unknown) {
  const answer = await http.ask(path, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { 'x-rollcall-actor': 'mia' },
  });
  if (answer.status < 300 && 'sequence' in answer.json()) {
    await http.node.view?.reached(Number(answer.json()['sequence']));
  }
  return answer;
}

beforeAll(async () => {
  http = await openHttp();
  await write('PUT', instance, { version: '1.0.0', endpoints: [], leaseMs: 5_000 });
});
afterAll(() => http.close());

describe('operators over HTTP', () => {
  it('drain an instance, change its weight, and lift it again', async () => {
    const path = `${instance}/override`;
    expect((await write('PUT', path, { status: 'draining', weight: 7, reason: 'disk swap' })).status).toBe(
      200,
    );
    expect(await shown()).toMatchObject({
      status: 'draining',
      weight: 7,
      override: { actor: 'mia', reason: 'disk swap' },
      reported: { status: 'up', weight: 100 },
    });
    expect((await write('PUT', path, { status: null })).status).toBe(200);
    expect(await shown()).toMatchObject({ status: 'up', weight: 7 });
    expect((await write('DELETE', `${path}?reason=done`)).status).toBe(200);
    expect(await shown()).toMatchObject({ status: 'up', weight: 100 });
  });

  it.each([
    [{ status: 'asleep' }, /"asleep" is not one of draining, maintenance/],
    [{ weight: 1_001 }, /"1001" is not a whole number from 0 to 1000/],
    [{ wieght: 1 }, /wieght is not a field; allowed is status, weight, reason/],
    [{}, /neither status nor weight/],
  ])('are refused %j', async (body, why) => {
    const answer = await write('PUT', `${instance}/override`, body);
    expect(answer.status).toBe(400);
    expect(answer.json()['detail']).toMatch(why);
  });

  it('set a policy in range, and are told the range otherwise', async () => {
    const path = '/v1/namespaces/default/services/orders/policy';
    const protection = { sharePercent: 40, minimumCount: 3, maxMs: 5_000 };
    expect((await write('PUT', path, { protection })).status).toBe(200);
    const answer = await write('PUT', path, { protection: { ...protection, sharePercent: 101 } });
    expect(answer.status).toBe(400);
    expect(answer.json()['detail']).toMatch(/sharePercent.*"101".*100/);
  });

  it('evict an instance, which then is gone', async () => {
    expect((await write('POST', `${instance}/evict`, { reason: 'runs wild' })).status).toBe(200);
    expect((await write('POST', `${instance}/evict`, {})).status).toBe(404);
    expect((await write('PUT', instance, { version: '1.0.1', endpoints: [], leaseMs: 5_000 })).status).toBe(
      201,
    );
    expect(await shown()).toMatchObject({ incarnation: 2, status: 'up' });
  });
});

describe('an instance that speaks HTTP only', () => {
  it('renews its lease, and is told when to do it again', async () => {
    const answer = await write('POST', `${instance}/heartbeat`, { incarnation: 2 });
    expect(answer.json()).toEqual({ incarnation: 2, renewWithinMs: 3_000 });
    const { manager, streams } = http.node.joined!.store;
    const { state } = await manager.streams.info(streams.heartbeats, { subjects_filter: '>' });
    expect(state.subjects).toEqual({ 'heartbeat.v1.default.orders.orders-1.2': 1 });
  });

  it('is told when it has been superseded, or is not known', async () => {
    const old = await write('POST', `${instance}/heartbeat`, { incarnation: 1 });
    expect([old.status, old.json()['code']]).toEqual([409, 'ROLLCALL_SUPERSEDED']);
    const nobody = await write('POST', '/v1/namespaces/default/services/orders/instances/nobody/heartbeat');
    expect([nobody.status, nobody.json()['code']]).toEqual([404, 'ROLLCALL_NOT_FOUND']);
  });
});

describe('the story of an instance', () => {
  it('is told in sentences, oldest first', async () => {
    const { story } = (await http.ask(`${instance}/story`)).json() as { story: { sentence: string }[] };
    const sentences = story.map(({ sentence }) => sentence);
    expect(sentences[0]).toMatch(/^registered as incarnation 1, version 1.0.0/);
    expect(sentences).toContain(
      'it was put to draining, its weight was set to 7, by mia, because: disk swap',
    );
    expect(sentences).toContain('incarnation 1 was evicted, by mia, because: runs wild');
    expect((await http.ask(`${instance.replace('orders-1', 'nobody')}/story`)).status).toBe(404);
  });
});
