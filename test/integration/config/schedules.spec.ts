import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';
import { until } from './until.js';

let http: HttpFixture;
const root = '/v1/namespaces/default';
const base = `${root}/config/timed`;

beforeAll(async () => {
  http = await openHttp();
});
afterAll(() => http.close());

async function put(key: string, body: object): Promise<Record<string, unknown>> {
  const answer = await http.ask(`${base}/${key}`, {
    method: 'PUT',
    body,
    headers: { 'x-rollcall-actor': 'alice' },
  });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json();
}

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

async function valueOf(key: string): Promise<string | undefined> {
  const answer = await http.ask(`${base}/${key}`);
  return answer.status === 200 ? (answer.json()['value'] as string) : undefined;
}

async function scheduleOf(name: unknown): Promise<{ state: string; detail?: string }> {
  const listed = (await http.ask(`${root}/config-schedules/timed`)).json();
  const schedules = listed['schedules'] as { schedule: string; state: string; detail?: string }[];
  return schedules.find(({ schedule }) => schedule === name) ?? { state: 'unknown' };
}

const over = (name: unknown) =>
  until(async () => {
    const found = await scheduleOf(name);
    return found.state === 'set' || found.state === 'unknown' ? undefined : found;
  });

describe('a change with a time', () => {
  it('is made when its time has come, by whoever planned it', async () => {
    await put('later', { value: 'now' });
    const { schedule } = await put('later', { value: 'then', effectiveAt: inMs(1_200), reason: 'at night' });
    expect(await valueOf('later')).toBe('now');
    expect(await over(schedule)).toMatchObject({ state: 'applied' });
    const history = (await http.ask(`${base}/later/history`)).json()['revisions'] as object[];
    expect(history.at(-1)).toMatchObject({ value: 'then', actor: 'alice', reason: 'at night', schedule });
  });

  it('is skipped, with the reason in the journal, when somebody was faster', async () => {
    await put('raced', { value: 'a' });
    const { schedule } = await put('raced', { value: 'b', effectiveAt: inMs(1_200) });
    await put('raced', { value: 'c' });
    const ended = await over(schedule);
    expect(ended).toMatchObject({ state: 'skipped' });
    expect(ended.detail).toContain('raced');
    expect(await valueOf('raced')).toBe('c');
  });

  it('is skipped when a schema came in between', async () => {
    await put('ruled', { value: 1 });
    const { schedule } = await put('ruled', { value: 100, effectiveAt: inMs(1_200) });
    const schema = { schema: { type: 'integer', maximum: 10 } };
    expect((await http.ask(`${base}/ruled/schema`, { method: 'PUT', body: schema })).status).toBe(200);
    expect((await over(schedule)).detail).toContain('<= 10');
    expect(await valueOf('ruled')).toBe('1');
  });

  it('is made although its timer could not be set at first', async () => {
    const { manager, streams } = http.node.joined?.store ?? fail();
    const { config } = await manager.streams.info(streams.schedules);
    // A broker that refuses timers for a while: they are larger than it allows.
    await manager.streams.update(streams.schedules, { ...config, max_msg_size: 1 });
    const { schedule } = await put('late', { value: 'then', effectiveAt: inMs(500) });
    await until(async () => (http.warnings.some((text) => text.includes('timer')) ? true : undefined));
    await manager.streams.update(streams.schedules, config);
    expect(await over(schedule)).toMatchObject({ state: 'applied' });
    expect(await valueOf('late')).toBe('then');
  });

  it('is cancelled', async () => {
    await put('off', { value: 'a' });
    const { schedule } = await put('off', { value: 'b', effectiveAt: inMs(1_500) });
    const path = `${root}/config-schedules/timed/${String(schedule)}`;
    await until(async () => ((await scheduleOf(schedule)).state === 'set' ? true : undefined));
    expect((await http.ask(path, { method: 'DELETE' })).status).toBe(200);
    expect(await over(schedule)).toMatchObject({ state: 'cancelled' });
    expect((await http.ask(path, { method: 'DELETE' })).status).toBe(404);
    // A change planned later is made: the cancelled one would have been made before it.
    const after = await put('marker', { value: 'x', effectiveAt: inMs(2_000) });
    await over(after['schedule']);
    expect(await valueOf('off')).toBe('a');
  });

  it.each([
    ['2001-01-01T00:00:00Z', 'past'],
    ['tomorrow', 'RFC 3339'],
    ['2999-01-01T00:00:00Z', 'ahead'],
  ])('of %s is refused', async (effectiveAt, why) => {
    const refused = await http.ask(`${base}/never`, { method: 'PUT', body: { value: 1, effectiveAt } });
    expect([refused.status, refused.json()['code']]).toEqual([400, 'ROLLCALL_CONFIG_TIME_INVALID']);
    expect(refused.json()['detail']).toContain(why);
  });

  it('whose value cannot be accepted is refused at once', async () => {
    const body = { value: '{', contentType: 'json', effectiveAt: inMs(5_000) };
    const refused = await http.ask(`${base}/never`, { method: 'PUT', body });
    expect(refused.json()['code']).toBe('ROLLCALL_CONFIG_INVALID');
  });
});

describe('a change for a while', () => {
  it('undoes itself', async () => {
    await put('level', { value: 'info' });
    const { schedule } = await put('level', { value: 'debug', revertAfter: 1_000 });
    expect(await over(schedule)).toMatchObject({ state: 'applied' });
    expect(await valueOf('level')).toBe('info');
    const first = await put('fresh', { value: 'x', revertAfter: '1s' });
    expect(await over(first['schedule'])).toMatchObject({ state: 'applied' });
    expect(await valueOf('fresh')).toBeUndefined();
  });

  it("never undoes somebody else's later change", async () => {
    await put('kept', { value: 'info' });
    const { schedule } = await put('kept', { value: 'debug', revertAfter: 1_000 });
    await put('kept', { value: 'warn' });
    expect(await over(schedule)).toMatchObject({ state: 'skipped' });
    expect(await valueOf('kept')).toBe('warn');
  });

  it('over another one for a while comes back to what stood before both', async () => {
    await put('twice', { value: 'info' });
    const one = await put('twice', { value: 'debug', revertAfter: 1_000 });
    await until(async () => ((await scheduleOf(one['schedule'])).state === 'set' ? true : undefined));
    const two = await put('twice', { value: 'trace', revertAfter: 1_500 });
    expect(await over(one['schedule'])).toMatchObject({ state: 'skipped' });
    expect(await over(two['schedule'])).toMatchObject({ state: 'applied' });
    expect(await valueOf('twice')).toBe('info');
  });
});

function fail(): never {
  throw new Error('the broker was not joined');
}
