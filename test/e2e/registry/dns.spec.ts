import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '#testkit';
import { type RegistryClient, startRegistry } from './registry-client.js';

let broker: TestBroker;
let registry: RegistryClient;

beforeAll(async () => {
  broker = await startTestBroker();
  registry = await startRegistry({ ...broker.env, ROLLCALL_DNS_PORT: '0' });
});

afterAll(async () => {
  await registry.stop();
  await broker.stop();
});

describe('a registry that is given a DNS port', () => {
  it('answers DNS with what was registered over HTTP', async () => {
    const { port } = JSON.parse(await registry.line(/"message":"answering DNS"/)) as { port: number };
    await registry.readiness(200);
    const endpoints = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8123 }];
    const path = '/v1/namespaces/default/services/web/instances/web-1';
    const { body } = await registry.put(path, { version: '1.0.0', endpoints });
    await registry.get(`${path}?atLeast=${String(body['sequence'])}`);
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${port}`]);
    expect(await resolver.resolve4('web.default.service.rollcall')).toEqual(['127.0.0.1']);
    expect(await resolver.resolveSrv('_http._tcp.web.default.service.rollcall')).toMatchObject([
      { port: 8123 },
    ]);
    await expect(resolver.resolve4('nobody.default.service.rollcall')).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });
});
