import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Reader } from '#application';
import { limits } from '#contracts';
import { type Ask, type HttpFixture, openHttp } from './http-fixture.js';

const TOKEN = 'a-long-enough-token';
let http: HttpFixture;
let isBroken = false;

beforeAll(async () => {
  // A reader with a fault in it, to see what an unforeseen error looks like from outside.
  const reader = new Reader(() => {
    if (isBroken) throw new TypeError('secret inner workings');
    return http.node.view;
  });
  http = await openHttp({ token: TOKEN, hosts: ['registry.lan'], reader });
});
afterAll(() => http.close());

const path = '/v1/namespaces/default/services/orders/instances/orders-1';
const record = { version: '1.0.0', endpoints: [] };
const write = (ask: Ask) => http.ask(path, { method: 'PUT', body: record, ...ask });
const authorized = { authorization: `Bearer ${TOKEN}` };

async function expectProblem(asked: ReturnType<HttpFixture['ask']>, status: number, code: string) {
  const answer = await asked;
  const problem = answer.json();
  expect([answer.status, problem['code'], problem['status']]).toEqual([status, code, status]);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(problem).toMatchObject({
    type: `/docs/reference/errors.md#${code.toLowerCase()}`,
    details: expect.anything(),
  });
  return { ...answer, detail: String(problem['detail']) };
}

/** The journal holds nothing of what was refused. */
const journalEnd = async () => (await http.node.joined?.store.journal.ends())?.lastSequence;

describe('a record that cannot be accepted', () => {
  it.each([
    ['a field of the wrong type', { version: 7 }, 'version'],
    ['a version that is none', { version: 'latest' }, 'version'],
    [
      'a negative port',
      { endpoints: [{ name: 'a', protocol: 'tcp', address: 'a', port: -1 }] },
      'endpoints.0.port',
    ],
    [
      'a port that is text',
      { endpoints: [{ name: 'a', protocol: 'tcp', address: 'a', port: '80' }] },
      'endpoints.0.port',
    ],
    ['an unknown protocol', { endpoints: [{ name: 'a', protocol: 'gopher' }] }, 'endpoints.0.protocol'],
    ['an unknown status', { status: 'great' }, 'status'],
    ['an unknown field', { wieght: 5 }, 'wieght'],
    ['a null field', { zone: null }, 'zone'],
    ['a lease that is too short', { leaseMs: 5 }, 'leaseMs'],
    ['another name than the path', { service: 'payments' }, 'service'],
    ['an incarnation of its own', { incarnation: 5 }, 'incarnation'],
    ['nested metadata', { metadata: { a: { b: 1 } } }, 'metadata'],
  ])('with %s is refused before the journal, naming the field', async (_what, fields, field) => {
    const end = await journalEnd();
    const body = { ...record, ...fields };
    const { detail } = await expectProblem(
      write({ body, headers: authorized }),
      400,
      'ROLLCALL_RECORD_INVALID',
    );
    expect(detail).toContain(field);
    expect(await journalEnd()).toBe(end);
  });

  it.each([
    'Orders',
    'a.b',
    '-a',
    'a'.repeat(64),
    'a'.repeat(900),
    'a%20b',
    'a*',
    '%3E',
    'ä'.normalize('NFC'),
  ])('under the name %s is refused', async (name) => {
    const encoded = encodeURI(name).replace('%25', '%');
    const asked = http.ask(`/v1/namespaces/default/services/${encoded}/instances/x`, {
      method: 'PUT',
      body: record,
      headers: authorized,
    });
    await expectProblem(asked, 400, 'ROLLCALL_NAME_INVALID');
  });

  it('that is larger than one event may be is refused', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 64 }, (_, index) => [`k${index}`, 'x'.repeat(1_024)]),
    );
    await expectProblem(
      write({ body: { ...record, metadata }, headers: authorized }),
      413,
      'ROLLCALL_RECORD_TOO_LARGE',
    );
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['not JSON', Buffer.from('{"version":'), 'not JSON'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'not valid UTF-8'],
    ['empty', Buffer.alloc(0), 'empty'],
    ['a list', Buffer.from('[]'), 'not a JSON object'],
    ['null', Buffer.from('null'), 'not a JSON object'],
  ])('because it is %s is refused', async (_what, body, reason) => {
    const { detail } = await expectProblem(
      write({ body, headers: authorized }),
      400,
      'ROLLCALL_BODY_INVALID',
    );
    expect(detail).toContain(reason);
  });

  it('because it is nested without end is refused as a record', async () => {
    const body = Buffer.from(
      `{"version":"1.0.0","endpoints":[],"metadata":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    );
    const { detail } = await expectProblem(
      write({ body, headers: authorized }),
      400,
      'ROLLCALL_RECORD_INVALID',
    );
    expect(detail).toContain('metadata');
  });

  it('because it is too large is refused without reading it all', async () => {
    const body = Buffer.alloc(limits.httpBodyBytesMax + 1, 0x20);
    await expectProblem(write({ body, headers: authorized }), 413, 'ROLLCALL_BODY_TOO_LARGE');
  });

  it.each([
    ['with its length', {}],
    ['without', { 'transfer-encoding': 'chunked' }],
  ])('because it has 10 MB, sent %s, is refused', async (_what, headers) => {
    const body = Buffer.alloc(10 * 1024 * 1024, 0x20);
    const asked = write({ body, headers: { ...authorized, ...headers } });
    await expectProblem(asked, 413, 'ROLLCALL_BODY_TOO_LARGE');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'nonsense'])(
    'because it is %s is refused',
    async (type) => {
      const asked = write({ headers: { ...authorized, 'content-type': type } });
      await expectProblem(asked, 415, 'ROLLCALL_CONTENT_TYPE_UNSUPPORTED');
    },
  );
});

describe('a request to nowhere', () => {
  it.each([
    '/',
    '/v1',
    '/v2/namespaces/default/services',
    '/v1/namespaces/default/nothing',
    '/..%2f..%2fetc',
    '//healthz',
    '/v1/./namespaces',
    '/v1/namespaces/../../etc/passwd',
    '/v1\\namespaces',
    `/${'x/'.repeat(2_000)}`,
  ])('at %s is answered 404', (nowhere) => expectProblem(http.ask(nowhere), 404, 'ROLLCALL_ROUTE_UNKNOWN'));

  it('with a method that the path does not take is answered 405 with those it takes', async () => {
    const { headers } = await expectProblem(
      http.ask(path, { method: 'POST', body: record, headers: authorized }),
      405,
      'ROLLCALL_METHOD_NOT_ALLOWED',
    );
    expect(headers['allow']).toBe('DELETE, GET, HEAD, PATCH, PUT');
    await expectProblem(
      http.ask('/healthz', { method: 'DELETE', headers: authorized }),
      405,
      'ROLLCALL_METHOD_NOT_ALLOWED',
    );
  });

  it('with an address that is no URL is answered 400', () =>
    expectProblem(http.ask('/v1/%ZZ'), 400, 'ROLLCALL_REQUEST_MALFORMED'));

  it.each(['?al=true', '?all=maybe', '?all=true&all=true', '?__proto__=1'])(
    'with the query %s is answered 400',
    (query) =>
      expectProblem(
        http.ask(`/v1/namespaces/default/services/orders/instances${query}`),
        400,
        'ROLLCALL_QUERY_INVALID',
      ),
  );

  it.each(['%00', '%FF', '..', '%2e%2e', 'a%2Fb', 'a%0d%0ab', '%F0%9F%92%A9', "a'or'1"])(
    'under the path trick %s is no name',
    async (name) => {
      const answer = await http.ask(`/v1/namespaces/default/services/${name}/instances`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(405);
      expect(answer.json()['code']).toMatch(/^ROLLCALL_(NAME_INVALID|REQUEST_MALFORMED|ROUTE_UNKNOWN)$/);
    },
  );

  it.each(['-1', 'x', '1.5', ''])('that demands the sequence %j is answered 400', (sequence) =>
    expectProblem(
      http.ask(`/v1/namespaces/default/services?atLeast=${sequence}`),
      400,
      'ROLLCALL_SEQUENCE_INVALID',
    ),
  );
});

describe('a request that is not HTTP', () => {
  const raw = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(http.port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.on('error', () => resolve(answer)).on('close', () => resolve(answer));
    });

  it.each([
    ['noise', '\u0000\u0001 nonsense\r\n\r\n', '400'],
    ['a flood of headers', `GET / HTTP/1.1\r\nhost: localhost\r\n${'x: y\r\n'.repeat(10_000)}\r\n`, '431'],
    [
      'two lengths',
      'PUT / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      '400',
    ],
  ])('but %s is answered %s and the connection closed', async (_what, text) => {
    const answer = await raw(text);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('ROLLCALL_REQUEST_MALFORMED');
    expect((await http.ask('/healthz')).status).toBe(200);
  });
});

describe('a request that takes its time', () => {
  it.each([
    ['a body that comes byte by byte', 'content-length: 100\r\n\r\n{'],
    ['headers that never end', 'x-more: '],
  ])('as %s is answered 408 and closed, and hinders nobody', async (_what, rest) => {
    const strict = await openHttp({ requestMsMax: 500 });
    const head = `PUT ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
    const socket = connect(strict.port, '127.0.0.1', () => socket.write(head + rest));
    const dribble = setInterval(() => socket.write('x'), 50);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
    expect((await strict.ask('/healthz')).status).toBe(200);
    await closed;
    clearInterval(dribble);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('ROLLCALL_REQUEST_MALFORMED');
    await strict.close();
  });
});

describe('who may ask', () => {
  it('nobody who calls us by a name that is not ours', async () => {
    for (const host of ['evil.example', 'evil.example:7400']) {
      await expectProblem(http.ask('/healthz', { headers: { host } }), 403, 'ROLLCALL_ORIGIN_FORBIDDEN');
      await expectProblem(write({ headers: { host, ...authorized } }), 403, 'ROLLCALL_ORIGIN_FORBIDDEN');
    }
    expect((await http.ask('/healthz', { headers: { host: 'registry.lan:80' } })).status).toBe(200);
  });

  it('no web page of another origin, not even to read', async () => {
    await expectProblem(
      http.ask('/healthz', { headers: { origin: 'http://evil.example' } }),
      403,
      'ROLLCALL_ORIGIN_FORBIDDEN',
    );
    await expectProblem(
      http.ask('/healthz', { headers: { origin: 'null' } }),
      403,
      'ROLLCALL_ORIGIN_FORBIDDEN',
    );
    const same = { host: `localhost:${http.port}`, origin: `http://localhost:${http.port}` };
    expect((await http.ask('/healthz', { headers: same })).status).toBe(200);
  });

  it('nobody may write without the token, and everybody may read', async () => {
    const { headers } = await expectProblem(write({}), 401, 'ROLLCALL_TOKEN_REQUIRED');
    expect(headers['www-authenticate']).toBe('Bearer realm="rollcall"');
    await expectProblem(
      write({ headers: { authorization: 'Bearer wrong' } }),
      401,
      'ROLLCALL_TOKEN_REQUIRED',
    );
    await expectProblem(http.ask(path, { method: 'DELETE' }), 401, 'ROLLCALL_TOKEN_REQUIRED');
    expect((await http.ask('/v1/namespaces/default/services')).status).toBe(200);
    expect((await write({ headers: authorized })).status).toBe(201);
  });
});

describe('something nobody foresaw', () => {
  it('is answered 500 with an id that is in the log, and without inner workings', async () => {
    http.errors.length = 0;
    isBroken = true;
    const answer = await http.ask('/v1/namespaces/default/services').finally(() => (isBroken = false));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    const { code, details } = answer.json();
    expect(code).toBe('ROLLCALL_INTERNAL');
    const logged = http.errors.find(({ facts }) => facts['id'] === (details as { id: string }).id);
    expect(logged?.facts['error']).toMatchObject({ message: 'secret inner workings' });
  });
});
