import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceView } from '#contracts';
import { verifyView } from '#application';
import { type HttpFixture, openHttp } from './http-fixture.js';

let http: HttpFixture;
const namespace = '/v1/namespaces/default';

beforeAll(async () => {
  http = await openHttp();
});
afterAll(() => http.close());

interface Item {
  readonly sequence?: number;
  readonly incarnation?: number;
  readonly problem?: { readonly code: string; readonly details: object };
}

async function bulk(body: unknown, type = 'application/json') {
  const answer = await http.ask(`${namespace}/instances`, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  return {
    status: answer.status,
    headers: answer.headers,
    ...(answer.json() as { registered: number; failed: number; results: Item[]; code?: string }),
  };
}

const item = (service: string, instance: string, fields: object = {}) => ({
  service,
  instance,
  version: '1.0.0',
  endpoints: [],
  ...fields,
});

async function present(service: string, atLeast: unknown): Promise<InstanceView[]> {
  const answer = await http.ask(`${namespace}/services/${service}/instances?atLeast=${String(atLeast)}`);
  return answer.json()['instances'] as InstanceView[];
}

describe('registering in bulk', () => {
  it('stores a thousand instances in consecutive places, and all of them are there', async () => {
    const items = Array.from({ length: 1_000 }, (_, index) => item('crowd', `c-${index}`));
    const { status, registered, failed, results, headers } = await bulk(items);
    expect([status, registered, failed]).toEqual([200, 1_000, 0]);
    const sequences = results.map(({ sequence }) => sequence as number);
    expect(sequences.every((sequence, index) => sequence === (sequences[0] as number) + index)).toBe(true);
    expect(headers['x-rollcall-sequence']).toBe(String(sequences.at(-1)));
    expect(await present('crowd', sequences.at(-1))).toHaveLength(1_000);
  });

  it('takes lines as well, and answers a broken one without harm to the others', async () => {
    const lines = [
      JSON.stringify(item('lines', 'l-1')),
      '{"service": "lines", ',
      '',
      JSON.stringify(item('lines', 'L 2')),
      JSON.stringify(item('lines', 'l-3', { version: 'banana', color: 'red' })),
      JSON.stringify(item('lines', 'l-4')),
    ];
    const { registered, failed, results } = await bulk(Buffer.from(lines.join('\n')), 'application/x-ndjson');
    expect([registered, failed]).toEqual([2, 3]);
    expect(results.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      'ROLLCALL_BODY_INVALID',
      'ROLLCALL_NAME_INVALID',
      'ROLLCALL_RECORD_INVALID',
      undefined,
    ]);
    expect(results[1]?.problem?.details).toEqual({ line: 2 });
    expect((await present('lines', results[4]?.sequence)).map(({ instance }) => instance)).toEqual([
      'l-1',
      'l-4',
    ]);
  });

  it('gives each the next incarnation, also to one that comes twice', async () => {
    await bulk([item('again', 'a-1')]);
    const { results } = await bulk([item('again', 'a-1'), item('again', 'a-2'), item('again', 'a-1')]);
    expect(results.map(({ incarnation }) => incarnation)).toEqual([2, 1, 3]);
  });

  it('of the same instances by many at once loses none and gives no incarnation twice', async () => {
    const items = Array.from({ length: 30 }, (_, index) => item('rush', `r-${index}`));
    const answers = await Promise.all(Array.from({ length: 5 }, () => bulk(items)));
    const results = answers.flatMap(({ results: found }) => found);
    expect(
      results.filter(({ problem }) => problem !== undefined && problem.code !== 'ROLLCALL_REVISION_CONFLICT'),
    ).toEqual([]);
    for (let index = 0; index < items.length; index += 1) {
      const taken = answers.flatMap(({ results: found }) => found[index]?.incarnation ?? []);
      expect(new Set(taken).size).toBe(taken.length);
    }
    const last = Math.max(...results.map(({ sequence }) => sequence ?? 0));
    expect(await present('rush', last)).toHaveLength(30);
    const { store } = http.node.joined ?? {};
    expect(await verifyView(store?.journal as never, store?.bucket as never)).toMatchObject({
      differences: [],
      setAside: 0,
    });
  });

  it('goes through although the journal holds what the view has refused', async () => {
    await bulk([item('refused', 'f-1')]);
    const journal = http.node.joined?.store.journal;
    const aggregate = {
      kind: 'instance' as const,
      namespace: 'default',
      service: 'refused',
      instance: 'f-1',
    };
    const data = {
      ...item('refused', 'f-1'),
      namespace: 'default',
      incarnation: 9,
      status: 'up',
      leaseMs: 0,
    };
    await journal?.append({
      id: 'stray',
      type: 'rollcall.instance.updated.v1',
      aggregate,
      data,
    });
    const { results } = await bulk([item('refused', 'f-0'), item('refused', 'f-1')]);
    expect(results.map(({ incarnation }) => incarnation)).toEqual([1, 10]);
  });

  it.each([
    [{ service: 'x' }, 400, 'ROLLCALL_BODY_INVALID'],
    [Array.from({ length: 1_001 }, () => ({})), 413, 'ROLLCALL_BODY_TOO_LARGE'],
    [Buffer.alloc(1_100_000, 0x20), 413, 'ROLLCALL_BODY_TOO_LARGE'],
  ])('refuses what is no list, or too long', async (body, status, code) => {
    expect(await bulk(body)).toMatchObject({ status, code });
  });

  it('of nothing registers nothing', async () => {
    expect(await bulk([])).toMatchObject({ status: 200, registered: 0, failed: 0, results: [] });
  });
});

describe('changing a running instance', () => {
  const path = `${namespace}/services/patched/instances/p-1`;
  const patch = (body: unknown, question = '') => http.ask(`${path}${question}`, { method: 'PATCH', body });

  it('merges what is given into what is there, and keeps the incarnation', async () => {
    await http.ask(path, {
      method: 'PUT',
      body: { version: '1.0.0', endpoints: [], zone: 'eu-1', metadata: { a: '1', b: '2' } },
    });
    const answer = await patch(
      { status: 'draining', weight: 7, zone: null, metadata: { a: null, c: '3' } },
      '?reason=why',
    );
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ incarnation: 1 });
    const [view] = await present('patched', answer.json()['sequence']);
    expect(view).toMatchObject({
      status: 'draining',
      weight: 7,
      metadata: { b: '2', c: '3' },
      incarnation: 1,
    });
    expect(view).not.toHaveProperty('zone');
  });

  it('to what it is already writes nothing', async () => {
    const before = (await patch({ status: 'up' })).json()['sequence'];
    expect((await patch({ status: 'up' })).json()['sequence']).toBe(before);
  });

  it.each([
    [{ status: 'flying' }, 400, 'ROLLCALL_RECORD_INVALID'],
    [{ instance: 'p-2' }, 400, 'ROLLCALL_RECORD_INVALID'],
    [{ version: null }, 400, 'ROLLCALL_RECORD_INVALID'],
    [[], 400, 'ROLLCALL_BODY_INVALID'],
  ])('by %j is refused', async (body, status, code) => {
    const answer = await patch(body);
    expect([answer.status, answer.json()['code']]).toEqual([status, code]);
  });

  it('that is not there is not found', async () => {
    const answer = await http.ask(`${namespace}/services/patched/instances/p-9`, {
      method: 'PATCH',
      body: { status: 'up' },
    });
    expect([answer.status, answer.json()['code']]).toEqual([404, 'ROLLCALL_NOT_FOUND']);
  });
});
