import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpFixture, openHttp } from '../http/http-fixture.js';

let http: HttpFixture;
const base = '/v1/namespaces/default/config';

beforeAll(async () => {
  http = await openHttp();
});
afterAll(() => http.close());

interface Written {
  readonly sequence: number;
  readonly keys: readonly { readonly key: string; readonly revision: number; readonly changed: boolean }[];
}

const as = (actor: string, more: Readonly<Record<string, string>> = {}) => ({
  'x-rollcall-actor': actor,
  ...more,
});

async function put(path: string, body: object, headers: Readonly<Record<string, string>> = as('alice')) {
  return http.ask(`${base}/${path}`, { method: 'PUT', body, headers });
}

async function written(
  path: string,
  body: object,
  headers?: Readonly<Record<string, string>>,
): Promise<Written> {
  const answer = await put(path, body, headers);
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json() as unknown as Written;
}

async function read(path: string, atLeast: number) {
  return (await http.ask(`${base}/${path}?atLeast=${atLeast}`)).json();
}

describe('a config key', () => {
  it('is set, read with its revision as ETag, changed, deleted and brought back', async () => {
    const { sequence, keys } = await written('orders/limits.maxPool', { value: 10, reason: 'first' });
    expect(keys).toEqual([{ key: 'limits.maxPool', revision: sequence, changed: true }]);
    const one = await http.ask(`${base}/orders/limits.maxPool?atLeast=${sequence}`);
    expect(one.headers['etag']).toBe(`"${sequence}"`);
    expect(one.json()).toMatchObject({
      key: 'limits.maxPool',
      contentType: 'number',
      value: '10',
      revision: sequence,
      actor: 'alice',
      reason: 'first',
    });
    const second = await written(
      'orders/limits.maxPool',
      { value: 20 },
      as('bob', { 'if-match': `"${sequence}"` }),
    );
    const gone = await http.ask(`${base}/orders/limits.maxPool?reason=over`, { method: 'DELETE' });
    expect(gone.status).toBe(200);
    const missing = await http.ask(
      `${base}/orders/limits.maxPool?atLeast=${String(gone.json()['sequence'])}`,
    );
    expect(missing.status).toBe(404);
    const back = await http.ask(`${base}/orders/limits.maxPool/undelete`, { method: 'POST', body: {} });
    expect(back.status).toBe(200);
    const revision = (back.json() as unknown as Written).sequence;
    expect(await read('orders/limits.maxPool', revision)).toMatchObject({
      value: '20',
      restores: second.sequence,
    });
  });

  it('is not overwritten by somebody who has not seen the last change, who is told who made it', async () => {
    const first = await written('orders/race', { value: 'a' });
    const second = await written('orders/race', { value: 'b', reason: 'faster' }, as('bob'));
    const late = await put(
      'orders/race',
      { value: 'c' },
      as('carol', { 'if-match': String(first.sequence) }),
    );
    expect(late.status).toBe(412);
    expect(late.json()).toMatchObject({
      code: 'ROLLCALL_CONFIG_CONFLICT',
      details: {
        expected: first.sequence,
        actual: { revision: second.sequence, actor: 'bob', reason: 'faster', value: 'b' },
      },
    });
    const exists = await put('orders/race', { value: 'd' }, as('carol', { 'if-none-match': '*' }));
    expect(exists.status).toBe(412);
    const absent = await put('orders/nobody', { value: 'd' }, as('carol', { 'if-match': '*' }));
    expect(absent.status).toBe(412);
  });

  it('that says the same already is not written again', async () => {
    const first = await written('orders/same', { value: 'x' });
    expect((await written('orders/same', { value: 'x' })).keys).toEqual([
      { key: 'same', revision: first.sequence, changed: false },
    ]);
  });

  it('tells every revision with who, why and in which trace, and how two differ', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const one = await written(
      'orders/poem',
      { value: 'a: 1\nb: 2', contentType: 'yaml', reason: 'start' },
      as('alice', { traceparent }),
    );
    const two = await written('orders/poem', { value: 'a: 1\nb: 3', contentType: 'yaml' }, as('bob'));
    const history = (await http.ask(`${base}/orders/poem/history`)).json();
    expect(history['revisions']).toMatchObject([
      { revision: one.sequence, actor: 'alice', reason: 'start', traceparent, value: 'a: 1\nb: 2' },
      { revision: two.sequence, actor: 'bob', value: 'a: 1\nb: 3' },
    ]);
    const diff = (await http.ask(`${base}/orders/poem/diff?from=${one.sequence}&to=${two.sequence}`)).json();
    expect(diff).toMatchObject({
      changed: true,
      lines: [
        { kind: 'same', text: 'a: 1' },
        { kind: 'removed', text: 'b: 2' },
        { kind: 'added', text: 'b: 3' },
      ],
    });
    const back = await http.ask(`${base}/orders/poem/rollback`, {
      method: 'POST',
      body: { revision: one.sequence, reason: 'regret' },
    });
    const { sequence } = back.json() as unknown as Written;
    expect(await read('orders/poem', sequence)).toMatchObject({
      value: 'a: 1\nb: 2',
      restores: one.sequence,
    });
  });
});

describe('what cannot be', () => {
  it.each([
    [
      'of broken YAML',
      'k',
      { value: 'a: 1\nb: [', contentType: 'yaml' },
      'ROLLCALL_CONFIG_INVALID',
      'line 2',
    ],
    ['under no valid name', 'a%20b', { value: 1 }, 'ROLLCALL_NAME_INVALID', '"a b"'],
    ['over the limit', 'k', { value: 'x'.repeat(32_769) }, 'ROLLCALL_RECORD_INVALID', 'at most 32768'],
    ['of a type nobody knows', 'k', { value: 'x', contentType: 'toml' }, 'ROLLCALL_RECORD_INVALID', '"toml"'],
    ['undone in no time', 'k', { value: 1, revertAfter: 0 }, 'ROLLCALL_CONFIG_TIME_INVALID', '"15m"'],
  ])('a value %s is refused precisely, and nothing is stored', async (...[, key, body, code, said]) => {
    const refused = await put(`bad/${key}`, body);
    expect([refused.status, refused.json()['code']]).toEqual([400, code]);
    expect(refused.json()['detail']).toContain(said);
    const { keys } = (await http.ask(`${base}/bad`)).json();
    expect(keys ?? []).toEqual([]);
  });

  it('a revision nobody wrote is not brought back', async () => {
    await written('orders/back', { value: 1 });
    const refused = await http.ask(`${base}/orders/back/rollback`, {
      method: 'POST',
      body: { revision: 999_999 },
    });
    expect([refused.status, refused.json()['code']]).toEqual([404, 'ROLLCALL_CONFIG_REVISION_UNKNOWN']);
  });
});

describe('several keys', () => {
  const batch = (changes: readonly object[]) =>
    http.ask(`${base}/payments`, { method: 'POST', body: { changes } });

  it('change together, each naming its change set', async () => {
    const answer = await batch([
      { key: 'a', value: 1 },
      { key: 'b', value: true },
      { key: 'c', value: 'x' },
    ]);
    const { sequence, keys } = answer.json() as unknown as Written;
    expect(keys.map(({ revision }) => revision)).toEqual([sequence - 2, sequence - 1, sequence]);
    const list = (await read('payments', sequence)) as unknown as { keys: { changeSet: { id: string } }[] };
    const sets = list.keys.map(({ changeSet }) => changeSet);
    expect(sets).toMatchObject([0, 1, 2].map((index) => ({ index, count: 3 })));
    expect(new Set(sets.map(({ id }) => id)).size).toBe(1);
  });

  it('change not at all when one of them cannot', async () => {
    const before = await batch([{ key: 'z', value: 1 }]);
    const { sequence } = before.json() as unknown as Written;
    const refused = await batch([
      { key: 'y', value: 2, revision: 0 },
      { key: 'z', value: 3, revision: sequence - 1 },
    ]);
    expect(refused.status).toBe(412);
    const broken = await batch([
      { key: 'y', value: 2 },
      { key: 'z', value: 'a: [', contentType: 'yaml' },
    ]);
    expect([broken.status, broken.json()['code']]).toEqual([400, 'ROLLCALL_CONFIG_INVALID']);
    const twice = await batch([
      { key: 'y', value: 2 },
      { key: 'y', value: 3 },
    ]);
    expect(twice.status).toBe(400);
    expect((await http.ask(`${base}/payments/y`)).status).toBe(404);
    expect(await read('payments/z', sequence)).toMatchObject({ value: '1' });
  });
});

describe('a schema', () => {
  const schema = (key: string, body: object) =>
    http.ask(`${base}/shop/${key}/schema`, { method: 'PUT', body: { schema: body } });

  it('keeps out what breaks it, saying where and why; nothing is stored', async () => {
    expect(
      (await schema('pool', { type: 'object', properties: { size: { type: 'integer', maximum: 9 } } }))
        .status,
    ).toBe(200);
    const text = '{\n  "size": 10\n}';
    const refused = await put('shop/pool', { value: text, contentType: 'json' });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({
      code: 'ROLLCALL_CONFIG_INVALID',
      details: { key: 'pool', pointer: '/size', line: 2 },
    });
    expect(refused.json()['detail']).toContain('must be <= 9');
    expect((await http.ask(`${base}/shop/pool/history`)).status).toBe(404);
    expect((await put('shop/pool', { value: { size: 9 } })).status).toBe(200);
  });

  it('is itself refused when values that stand break it, or when it is none', async () => {
    await written('shop/level', { value: 'debug' });
    const refused = await schema('level', { enum: ['info', 'warn'] });
    expect([refused.status, refused.json()['code']]).toEqual([400, 'ROLLCALL_CONFIG_SCHEMA_INVALID']);
    expect(refused.json()['detail']).toContain('level');
    expect((await schema('level', { typ: 'string' })).json()['detail']).toContain('typ');
    expect((await schema('level', { pattern: '(a+)+$' })).json()['detail']).toContain('repeats');
    expect((await put('shop/level', { value: 'trace' })).status).toBe(200);
  });

  it('of a whole application looks at each key, and at all together', async () => {
    await written('whole/port', { value: 80 });
    const set = await http.ask(`${base}/whole/=application/schema`, {
      method: 'PUT',
      body: {
        schema: {
          type: 'object',
          properties: { port: { type: 'integer' }, host: { type: 'string' } },
          required: ['port'],
          additionalProperties: false,
        },
      },
    });
    expect([set.status, set.text]).toEqual([200, set.text]);
    expect((await put('whole/port', { value: 'x' })).status).toBe(400);
    expect((await put('whole/other', { value: 'x' })).json()['detail']).toContain('other');
    const deleted = await http.ask(`${base}/whole/port`, { method: 'DELETE' });
    expect(deleted.json()['detail']).toContain("required property 'port'");
    expect((await put('whole/host', { value: 'h' })).status).toBe(200);
  });
});

describe('files of config', () => {
  const send = (body: object, application = 'files') =>
    http.ask(`/v1/namespaces/default/config-import/${application}`, { method: 'POST', body });

  it('are planned, taken whole, and come out as they went in', async () => {
    const text = 'DATABASE_URL=postgres://db\nLIMIT=5\n';
    const plan = await send({ format: 'env', text, dryRun: true });
    expect(plan.json()).toMatchObject({ dryRun: true, changes: [{ kind: 'added' }, { kind: 'added' }] });
    expect((await http.ask(`${base}/files/LIMIT`)).status).toBe(404);
    expect((await send({ format: 'env', text })).status).toBe(200);
    const exported = await http.ask('/v1/namespaces/default/config-export/files?format=json');
    const again = await send({ format: 'json', text: exported.json()['text'] });
    const changes = again.json()['changes'] as { kind: string }[];
    expect(changes.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged']);
  });

  it.each(['env', 'json', 'yaml', 'properties'])(
    'in %s say the same when they are read into another application',
    async (format) => {
      const values = { text: 'a "b" #c', n: 1.5, yes: true, list: [1, { a: null }] };
      for (const [key, value] of Object.entries(values)) await written(`source/${key}`, { value });
      const exported = (
        await http.ask(`/v1/namespaces/default/config-export/source?format=${format}`)
      ).json();
      const taken = await send({ format, text: exported['text'] }, `copy-${format}`);
      expect([taken.status, taken.text]).toEqual([200, taken.text]);
      const seen = async (application: string) => {
        const path = `/v1/namespaces/default/config-effective/${application}?instance=i-1`;
        const atLeast = taken.json()['sequence'] as number;
        const { keys } = (await http.ask(`${path}&atLeast=${atLeast}`)).json();
        return (keys as { key: string; contentType: string; value: string }[]).map(
          ({ key, contentType, value }) => [key, contentType, value],
        );
      };
      expect(await seen(`copy-${format}`)).toEqual(await seen('source'));
    },
  );

  it('with one bad line among a thousand change nothing', async () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => (index === 500 ? '?!' : `K${index}=${index}`));
    const refused = await send({ format: 'env', text: lines.join('\n') });
    expect([refused.status, refused.json()['code']]).toEqual([400, 'ROLLCALL_IMPORT_INVALID']);
    expect(refused.json()['detail']).toContain('line 501');
    expect((await http.ask(`${base}/files/K1`)).status).toBe(404);
  });
});
