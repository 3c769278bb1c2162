import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttp();
});
afterAll(() => http.close());

const home = '/v1/namespaces/default';
type Answer = Record<string, unknown>;

async function write(method: string, path: string, body?: object): Promise<number> {
  const sent = await http.ask(`${home}/${path}`, { method, ...(body === undefined ? {} : { body }) });
  if (sent.status >= 400) throw new Error(sent.text);
  return Number(sent.headers['x-rollcall-sequence']);
}

const undo = async (body: object): Promise<Answer & { status: number }> => {
  const headers = { 'x-rollcall-actor': 'mia' };
  const answer = await http.ask(`${home}/undo`, { method: 'POST', headers, body });
  return { ...answer.json(), status: answer.status };
};

const has = (text: string): unknown => expect.stringContaining(text);
const value = async (key: string, atLeast: number): Promise<Answer> =>
  (await http.ask(`${home}/config/orders/${key}?atLeast=${atLeast}`)).json();

describe('undo over HTTP', () => {
  it('shows first, does it when told to, and only what was shown', async () => {
    const instance = 'services/orders/instances/orders-1';
    await write('PUT', instance, { version: '1.0.0', endpoints: [], leaseMs: 0 });
    const left = await write('DELETE', instance);
    const preview = await undo({ events: left });
    expect(preview).toMatchObject({
      status: 200,
      applied: false,
      planned: 1,
      undone: 0,
      asked: String(left),
    });
    expect(preview['items']).toMatchObject([{ subject: 'default.instance.orders.orders-1', undoes: [left] }]);
    expect(await undo({ events: left, apply: true, plan: 'another' })).toMatchObject({
      status: 409,
      code: 'ROLLCALL_UNDO_CHANGED',
    });
    const done = await undo({ events: left, apply: true, plan: preview['plan'], reason: 'oops' });
    expect(done).toMatchObject({ status: 200, applied: true, undone: 1 });
    const back = await http.ask(`${home}/${instance}?atLeast=${String(done['sequence'])}`);
    expect(back.json()).toMatchObject({ status: 'up', incarnation: 1 });
    expect((await http.ask(`${home}/undo`)).json()['plans']).toMatchObject([
      { plan: preview['plan'], state: 'finished', actor: 'mia', reason: 'oops' },
    ]);
  });

  it.each([
    [{}, 400, 'ROLLCALL_QUERY_INVALID'],
    [{ events: '9..1' }, 400, 'ROLLCALL_AFTER_HISTORY'],
    [{ events: '2..1' }, 400, 'ROLLCALL_QUERY_INVALID'],
    [{ events: 1, apply: 'yes' }, 400, 'ROLLCALL_RECORD_INVALID'],
    [{ events: 1, everything: true }, 400, 'ROLLCALL_RECORD_INVALID'],
    [{ at: '-1m' }, 400, 'ROLLCALL_NAME_INVALID'],
    [{ events: '1..', instance: 'a' }, 400, 'ROLLCALL_QUERY_INVALID'],
    [{ resume: 'none' }, 404, 'ROLLCALL_UNDO_PLAN_UNKNOWN'],
  ])('refuses %j with %i %s', async (body, status, code) => {
    expect(await undo(body)).toMatchObject({ status, code });
  });
});

describe('undo over NATS', () => {
  it('is a command like others', async () => {
    const sequence = await write('PUT', 'services/orders/policy', { description: 'first' });
    await write('PUT', 'services/orders/policy', { description: 'second' });
    const ask = async (body: object): Promise<Answer> => {
      const request = JSON.stringify({ namespace: 'default', ...body });
      const reply = await http.node.joined?.connection.request('rollcall.v1.command.undo', request);
      return reply?.json() as Answer;
    };
    expect(await ask({ events: sequence })).toMatchObject({
      error: { code: 'ROLLCALL_UNDO_NOT_APPLICABLE' },
    });
    expect(await ask({ events: sequence + 1, apply: true, actor: 'mia' })).toMatchObject({ undone: 1 });
    const last = await http.node.joined?.store.journal.last({
      kind: 'service',
      namespace: 'default',
      service: 'orders',
    });
    expect(last).toMatchObject({ actor: 'mia', data: { description: 'first' } });
  });
});

describe('undo of config', () => {
  it('brings values, overrides and schemas back, and deletes what was not there', async () => {
    const first = await write('PUT', 'config/orders/LIMIT', { contentType: 'number', value: '1' });
    await write('PUT', 'config/orders/LIMIT', { contentType: 'number', value: '2' });
    const created = await write('PUT', 'config/orders/NEW', { contentType: 'text', value: 'x' });
    const done = await undo({ events: `${first + 1}..${created}`, application: 'orders', apply: true });
    expect(done).toMatchObject({ undone: 2, skipped: 0 });
    expect(await value('LIMIT', done['sequence'] as number)).toMatchObject({ value: '1', restores: first });
    expect(await value('NEW', done['sequence'] as number)).toMatchObject({ status: 404 });
  });

  it('leaves alone what a schema would no longer accept', async () => {
    const changed = await write('PUT', 'config/orders/LIMIT', { contentType: 'number', value: '50' });
    await write('PUT', 'config/orders/LIMIT/schema', { schema: { type: 'number', minimum: 10 } });
    expect(await undo({ events: changed })).toMatchObject({
      code: 'ROLLCALL_UNDO_NOT_APPLICABLE',
      detail: has('what it said before is no longer accepted'),
    });
    const both = await undo({ events: `${changed}..`, application: 'orders', apply: true });
    expect(both).toMatchObject({ undone: 2 });
    expect(await value('LIMIT', both['sequence'] as number)).toMatchObject({ value: '1' });
    const created = await write('PUT', 'config/orders/OTHER', { contentType: 'text', value: 'x' });
    await write('PUT', 'config/orders/=application/schema', {
      schema: { type: 'object', required: ['OTHER'] },
    });
    expect(await undo({ events: created })).toMatchObject({ detail: has('would not meet its schema') });
  });
});
