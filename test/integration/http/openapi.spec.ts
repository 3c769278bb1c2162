import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { configStory } from './config-story.js';
import { type Ask, type HttpFixture, openHttp } from './http-fixture.js';

let http: HttpFixture;
let document: OpenApi;

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref: string } }>>;
}
interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses?: Readonly<Record<string, Response>> }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

beforeAll(async () => {
  http = await openHttp();
  document = (await http.ask('/openapi.json')).json() as unknown as OpenApi;
});
afterAll(() => http.close());

const methods = new Set(['get', 'put', 'post', 'patch', 'delete']);

describe('the OpenAPI document', () => {
  it('has every route of the server, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => methods.has(method))
        .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const served = http.routes.filter((route) => !/^(HEAD|OPTIONS) /.test(route));
    expect(described.toSorted()).toEqual([...new Set(served)].toSorted());
  });

  it('leads nowhere that is not there', () => {
    const text = JSON.stringify(document);
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = path
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
      expect([path, typeof found]).toEqual([path, 'object']);
    }
  });

  it('is shown to people by a page that loads and runs nothing', async () => {
    const { status, headers, text } = await http.ask('/docs');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(text).toContain('/v1/namespaces/{namespace}/watch');
  });
});

describe('what the server answers', () => {
  const base = '/v1/namespaces/default';
  const orders = `${base}/services/orders`;
  const one = `${orders}/instances/orders-1`;
  const record = {
    version: '1.0.0',
    endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 80 }],
    leaseMs: 10_000,
  };
  const policy = { protection: { sharePercent: 50, minimumCount: 3, maxMs: 60_000 } };
  const template = '/v1/namespaces/{namespace}/services/{service}';

  const story: readonly [path: string, template: string, ask: Ask][] = [
    [one, `${template}/instances/{instance}`, { method: 'PUT', body: record }],
    [one, `${template}/instances/{instance}`, { method: 'PUT', body: record }],
    [
      one,
      `${template}/instances/{instance}`,
      { method: 'PATCH', body: { zone: 'eu-1', metadata: { a: 'b' } } },
    ],
    [
      `${base}/instances`,
      '/v1/namespaces/{namespace}/instances',
      { method: 'POST', body: [{ service: 'b', instance: 'b-1', ...record }, {}] },
    ],
    [`${one}/heartbeat`, `${template}/instances/{instance}/heartbeat`, { method: 'POST', body: {} }],
    [
      `${one}/override`,
      `${template}/instances/{instance}/override`,
      { method: 'PUT', body: { weight: 5, reason: 'why' } },
    ],
    [`${one}/override`, `${template}/instances/{instance}/override`, { method: 'DELETE' }],
    [`${orders}/policy`, `${template}/policy`, { method: 'PUT', body: policy }],
    [one, `${template}/instances/{instance}`, {}],
    [`${one}/story`, `${template}/instances/{instance}/story`, {}],
    [`${orders}/instances?all`, `${template}/instances`, {}],
    [`${base}/instances?limit=1&fields=instance`, '/v1/namespaces/{namespace}/instances', {}],
    [orders, template, {}],
    [`${base}/services`, '/v1/namespaces/{namespace}/services', {}],
    ['/v1/namespaces', '/v1/namespaces', {}],
    [`${base}/prometheus-sd?endpoint=*`, '/v1/namespaces/{namespace}/prometheus-sd', {}],
    [`${one}/evict`, `${template}/instances/{instance}/evict`, { method: 'POST', body: { reason: 'why' } }],
    [one, `${template}/instances/{instance}`, { method: 'DELETE' }],
    ...configStory,
    [`${base}/undo`, '/v1/namespaces/{namespace}/undo', { method: 'POST', body: { events: '1..' } }],
    [
      `${base}/undo`,
      '/v1/namespaces/{namespace}/undo',
      { method: 'POST', body: { events: '1..', types: ['evict', 'deregistered'], apply: true } },
    ],
    [`${base}/undo`, '/v1/namespaces/{namespace}/undo', {}],
    ['/healthz', '/healthz', {}],
    ['/readyz', '/readyz', {}],
    [`${orders}/instances?limit=0`, `${template}/instances`, {}],
    [`${base}/services/nobody`, template, {}],
  ];

  it('is what the document says', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
    for (const [path, name, ask] of story) {
      const answer = await http.ask(path, ask);
      const sequence = answer.headers['x-rollcall-sequence'];
      await http.ask(`/v1/namespaces?atLeast=${String(sequence)}`);
      const responses = document.paths[name]?.[(ask.method ?? 'GET').toLowerCase()]?.responses ?? {};
      const isDescribed = String(answer.status) in responses;
      const schema = isDescribed
        ? responses[String(answer.status)]?.content?.['application/json']?.schema
        : { $ref: '#/components/schemas/problem' };
      const validate = ajv.compile({ $ref: `api${schema?.$ref ?? ' is missing'}` });
      expect([path, answer.status, validate(answer.json()), validate.errors]).toEqual([
        path,
        answer.status,
        true,
        null,
      ]);
    }
  });
});
