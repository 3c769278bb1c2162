import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { type ConfigReport, createSubjects, eventTypes } from '#contracts';
import { connectBroker } from '#nats';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';
import { until } from './until.js';

let http: HttpFixture;
let connection: NatsConnection;
const root = '/v1/namespaces/default';
const base = `${root}/config`;
const subjects = createSubjects();

beforeAll(async () => {
  http = await openHttp();
  connection = await connectBroker({ ...accessOf(http.broker), name: 'reporters' });
});
afterAll(async () => {
  await connection?.close();
  await http.close();
});

const accessOf = ({ url, user, password }: HttpFixture['broker']) => ({ url, user, password });

async function sent(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await http.ask(path, { method, ...(body === undefined ? {} : { body }) });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json();
}

const sequenceOf = (answer: Record<string, unknown>): number => answer['sequence'] as number;

function report(application: string, instance: string, said: ConfigReport): void {
  const subject = subjects.configApplied({ namespace: 'default', application, instance });
  connection.publish(subject, JSON.stringify(said));
}

async function effective(application: string, query: string, atLeast: number) {
  const path = `${root}/config-effective/${application}?${query}&atLeast=${atLeast}`;
  return (await http.ask(path)).json()['keys'] as {
    key: string;
    value: string;
    layer: string;
    override?: string;
  }[];
}

async function valueOf(application: string, key: string, instance: string, atLeast: number) {
  const keys = await effective(application, `instance=${instance}`, atLeast);
  return keys.find((found) => found.key === key)?.value;
}

describe('what one instance sees', () => {
  it('comes from _shared, the application, a gray release and overrides, the later before the earlier', async () => {
    await sent('PUT', `${base}/_shared/level`, { value: 'info' });
    await sent('PUT', `${base}/_shared/region`, { value: 'eu' });
    await sent('PUT', `${base}/layers/level`, { value: 'warn' });
    await sent('PUT', `${base}/layers/pool`, { value: 5 });
    await sent('PUT', `${base}/layers/pool/gray`, { value: 50, to: { match: { zone: 'eu-1' } } });
    const overrides = [
      { name: 'old', match: { version: '<2' }, value: 'debug' },
      { name: 'one', match: { instance: 'layers-1' }, value: 'trace' },
    ];
    const sequence = sequenceOf(await sent('PUT', `${base}/layers/level/overrides`, { overrides }));
    expect(await effective('layers', 'instance=layers-1&version=1.0.0&zone=eu-1', sequence)).toMatchObject([
      { key: 'level', value: 'trace', layer: 'application-override', override: 'one' },
      { key: 'pool', value: '50', layer: 'application-gray' },
      { key: 'region', value: 'eu', layer: 'shared' },
    ]);
    expect(await effective('layers', 'instance=layers-2&version=2.0.0', sequence)).toMatchObject([
      { key: 'level', value: 'warn', layer: 'application' },
      { key: 'pool', value: '5', layer: 'application' },
      { key: 'region', value: 'eu', layer: 'shared' },
    ]);
  });
});

describe('an override', () => {
  it('that cannot be read, or whose value breaks the schema, is refused', async () => {
    await sent('PUT', `${base}/strict/n/schema`, { schema: { type: 'integer' } });
    const put = async (override: object) =>
      (
        await http.ask(`${base}/strict/n/overrides`, { method: 'PUT', body: { overrides: [override] } })
      ).json();
    expect(await put({ name: 'a', match: { version: 'x.y' }, value: 1 })).toMatchObject({
      code: 'ROLLCALL_CONFIG_INVALID',
    });
    expect(await put({ name: 'a', match: {}, value: 'x' })).toMatchObject({
      code: 'ROLLCALL_CONFIG_INVALID',
    });
    expect(await put({ name: 'a', match: {} })).toMatchObject({ code: 'ROLLCALL_RECORD_INVALID' });
  });
});

describe('a gray release', () => {
  it('is widened without losing anybody, and completed for everybody', async () => {
    const set = await sent('PUT', `${base}/wide/limit`, { value: 1 });
    const seen = async (sequence: number): Promise<string[]> => {
      const names = Array.from({ length: 50 }, (_, index) => `wide-${index}`);
      const values = await Promise.all(
        names.map(async (name) => [name, await valueOf('wide', 'limit', name, sequence)]),
      );
      return values.filter(([, value]) => value === '2').map(([name]) => name as string);
    };
    const few = await seen(
      sequenceOf(await sent('PUT', `${base}/wide/limit/gray`, { value: 2, to: { percent: 20 } })),
    );
    const more = await seen(
      sequenceOf(await sent('PUT', `${base}/wide/limit/gray`, { to: { percent: 60 } })),
    );
    expect(few.length).toBeGreaterThan(0);
    expect(few.length).toBeLessThan(more.length);
    expect(more).toEqual(expect.arrayContaining(few));
    const done = await sent('POST', `${base}/wide/limit/gray/complete`, {});
    expect(await seen(sequenceOf(done))).toHaveLength(50);
    const key = (await http.ask(`${base}/wide/limit?atLeast=${sequenceOf(done)}`)).json();
    expect(key).toMatchObject({ value: '2' });
    expect(key['revision']).toBeGreaterThan(sequenceOf(set));
  });

  it('does not overwrite what somebody changed since it began', async () => {
    await sent('PUT', `${base}/wide/other`, { value: 1 });
    await sent('PUT', `${base}/wide/other/gray`, { value: 2, to: { percent: 10 } });
    await sent('PUT', `${base}/wide/other`, { value: 3 });
    const refused = await http.ask(`${base}/wide/other/gray/complete`, { method: 'POST', body: {} });
    expect(refused.json()['code']).toBe('ROLLCALL_CONFIG_CONFLICT');
    const withdrawn = await sent('DELETE', `${base}/wide/other/gray?reason=no`);
    expect(
      (await effective('wide', 'instance=a', sequenceOf(withdrawn))).map(({ value }) => value),
    ).toContain('3');
    expect((await http.ask(`${base}/wide/other/gray`)).status).toBe(404);
  });

  it.each([101, -1, 'all'])('to %j percent is refused', async (percent) => {
    const body = { value: 2, to: { percent } };
    const refused = await http.ask(`${base}/wide/bad/gray`, { method: 'PUT', body });
    expect([refused.status, refused.json()['code']]).toEqual([400, 'ROLLCALL_RECORD_INVALID']);
    expect(refused.json()['detail']).toContain('percent');
  });

  it('that too many reject is stopped by itself, and everybody sees the last accepted value', async () => {
    await sent('PUT', `${base}/risky/pool`, { value: 1 });
    const gray = { value: 2, to: { percent: 100 }, rejectionSharePercentMax: 20 };
    const revision = sequenceOf(await sent('PUT', `${base}/risky/pool/gray`, gray));
    await http.ask(`/v1/namespaces?atLeast=${revision}`);
    const rejection = { key: 'pool', revision, reason: 'pool 2 is too small' };
    for (const name of ['risky-1', 'risky-2', 'risky-3', 'risky-4'])
      report('risky', name, { revision, rejected: [] });
    report('risky', 'risky-1', { revision, rejected: [rejection] });
    const stopped = await until(async () => {
      const { status } = await http.ask(`${base}/risky/pool/gray`);
      return status === 404 ? true : undefined;
    });
    expect(stopped).toBe(true);
    expect(await valueOf('risky', 'pool', 'risky-1', 0)).toBe('1');
  });
});

describe('a rollout', () => {
  it('counts who applied a change, names who rejected it, and leaves one summary in the journal', async () => {
    for (const name of ['a', 'b', 'c']) report('count', name, { revision: 0, rejected: [] });
    await connection.flush();
    await until(async () => {
      const set = await sent('PUT', `${base}/count/warm`, { value: Math.random() });
      await http.ask(`/v1/namespaces?atLeast=${sequenceOf(set)}`);
      const { expected } = (await http.ask(`${base}/count/warm/rollout`)).json();
      return expected === 3 ? true : undefined;
    });
    const revision = sequenceOf(await sent('PUT', `${base}/count/limit`, { value: 5 }));
    await http.ask(`/v1/namespaces?atLeast=${revision}`);
    const rejection = { key: 'limit', revision, reason: 'not with me' };
    report('count', 'a', { revision, rejected: [] });
    report('count', 'b', { revision, rejected: [rejection] });
    const two = await until(async () => {
      const status = (await http.ask(`${base}/count/limit/rollout`)).json();
      return status['waiting'] === 1 ? status : undefined;
    });
    expect(two).toMatchObject({
      revision,
      expected: 3,
      applied: 1,
      rejected: 1,
      waitingFor: ['c'],
      rejections: [{ instance: 'b', reason: 'not with me' }],
    });
    report('count', 'c', { revision, rejected: [] });
    const summary = await until(() => summaryOf('limit'));
    expect(summary).toMatchObject({ keyRevision: revision, expected: 3, applied: 2, rejected: 1 });
  });
});

/** The summaries in the journal. */
async function summaryOf(key: string): Promise<unknown> {
  const last = await http.node.joined?.store.journal.last({
    kind: 'config-rollout',
    namespace: 'default',
    application: 'count',
    key,
  });
  return last?.type === eventTypes.configRolloutSummarized ? last.data : undefined;
}
