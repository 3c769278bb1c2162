import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '#testkit';
import { instancePath, type RegistryClient, someRecord, startRegistry } from './registry-client.js';
import { runMain, type RunningMain } from './run-main.js';

const LIST = '/v1/namespaces/default/services/orders/instances';
const COUNT = 7;
const POLL_MS = 25;

let broker: TestBroker;
let projector: RunningMain;
let apis: RegistryClient[];
let dnses: RegistryClient[];
let watchman: RegistryClient;
let sequence: number;

const startAs = (roles: string): Promise<RegistryClient> =>
  startRegistry({ ...broker.env, ROLLCALL_ROLES: roles });

beforeAll(async () => {
  broker = await startTestBroker();
  projector = runMain('apps/projector/src/main.js', { ...broker.env, ROLLCALL_LOG: 'json' });
  apis = await Promise.all([startAs('api'), startAs('api')]);
  dnses = await Promise.all([startAs('dns'), startAs('dns')]);
  watchman = await startAs('watchman');
  await projector.line(/"message":"ready".*leading/);
  await Promise.all([...apis, ...dnses, watchman].map((node) => node.readiness(200)));
  for (let index = 1; index <= COUNT; index += 1) {
    const endpoints = [{ name: 'http', protocol: 'http', address: `10.0.0.${index}`, port: 8000 + index }];
    const node = apis[index % 2] as RegistryClient;
    const { body } = await node.put(instancePath('orders', `o-${index}`), { ...someRecord, endpoints });
    sequence = Number(body['sequence']);
  }
});

afterAll(async () => {
  await Promise.all([...(apis ?? []), ...(dnses ?? []), watchman].map((node) => node?.stop()));
  projector?.child.kill('SIGKILL');
  await broker?.stop();
});

async function resolverOf(node: RegistryClient): Promise<Resolver> {
  const { port } = JSON.parse(await node.line(/"message":"answering DNS"/)) as { port: number };
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver;
}

/** Waits until a DNS node says it has reached a journal sequence: the serial of its zone. */
async function reached(resolver: Resolver, atLeast: number): Promise<number> {
  for (;;) {
    const { serial } = await resolver.resolveSoa('rollcall');
    if (serial >= atLeast) return serial;
    await delay(POLL_MS);
  }
}

describe('a registry in parts, each in a process of its own', () => {
  it('is the same registry at every API node: bytes, tag and sequence', async () => {
    const answers = await Promise.all(
      apis.map(async ({ url }) => {
        const answer = await fetch(`${url}${LIST}?atLeast=${sequence}`);
        const { headers } = answer;
        return [headers.get('x-rollcall-sequence'), headers.get('etag'), await answer.text()];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect((JSON.parse(answers[0]?.[2] ?? '') as { total: number }).total).toBe(COUNT);
    expect(answers[0]?.[0]).toBe(String(sequence));
  });

  it('is the same registry at every DNS node, and there the one of the API nodes', async () => {
    const resolvers = await Promise.all(dnses.map(resolverOf));
    const answers = await Promise.all(
      resolvers.map(async (resolver) => ({
        serial: await reached(resolver, sequence),
        addresses: (await resolver.resolve4('orders.default.service.rollcall')).toSorted(),
        ports: (await resolver.resolveSrv('_http._tcp.orders.default.service.rollcall'))
          .map(({ port }) => port)
          .toSorted((left, right) => left - right),
      })),
    );
    expect(answers[0]).toEqual(answers[1]);
    const api = apis[0] as RegistryClient;
    const { headers, body } = await api.get(`${LIST}?sort=instance`);
    const instances = body['instances'] as { endpoints: { address: string; port: number }[] }[];
    expect(answers[0]).toEqual({
      serial: Number(headers.get('x-rollcall-sequence')),
      addresses: instances.map(({ endpoints }) => endpoints[0]?.address),
      ports: instances.map(({ endpoints }) => endpoints[0]?.port),
    });
  });

  it('lets only the process with the role do its work', async () => {
    const leading = await Promise.all(
      [...apis, ...dnses, watchman].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    for (const text of leading) expect(text).toMatch(/^rollcall_projector_leading 0$/m);
    for (const node of [...dnses, watchman]) {
      const { status, body } = await node.get(LIST);
      expect([status, body['code']]).toEqual([404, 'ROLLCALL_ROUTE_UNKNOWN']);
      expect(body['detail']).toMatch(/this process has the roles (dns|watchman); ask one with the role api/);
      expect((await node.get('/healthz')).status).toBe(200);
    }
  });

  it('has a watchman that finds out who is silent', async () => {
    const record = { ...someRecord, leaseMs: 3_000 };
    await (apis[0] as RegistryClient).put(instancePath('silent', 's-1'), record);
    let status: unknown;
    for (; status !== 'suspect'; await delay(POLL_MS)) {
      status = (await (apis[1] as RegistryClient).get(instancePath('silent', 's-1'))).body['status'];
    }
    expect(status).toBe('suspect');
  });

  it('says so when nobody folds the journal, and is well again when somebody does', async () => {
    projector.child.kill('SIGTERM');
    await projector.ended;
    const told = await Promise.all(
      [...apis, ...dnses].map((node) => node.readiness(503, /role projector run/)),
    );
    for (const text of told) expect(text).toContain('serving the last known view');
    const late = await startAs('projector');
    await late.readiness(200, /leading/);
    await Promise.all([...apis, ...dnses].map((node) => node.readiness(200)));
    await late.stop();
  });
});

describe('a DNS port that is taken', () => {
  it('ends the registry with one line that names the setting', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const env = { ...broker.env, ROLLCALL_HTTP_PORT: '0', ROLLCALL_DNS_PORT: String(port) };
    const { code, stderr } = await runMain('apps/registry/src/main.js', env).ended;
    taken.close();
    expect(code).toBe(6);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/ROLLCALL_DNS_NOT_LISTENING.*ROLLCALL_DNS_PORT/);
  });

  it('is none of the business of a process without the role', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const node = await startRegistry({
      ...broker.env,
      ROLLCALL_ROLES: 'api',
      ROLLCALL_DNS_PORT: String(port),
    });
    expect(await node.readiness(200)).toContain('"ready"');
    await node.stop();
    taken.close();
  });
});
