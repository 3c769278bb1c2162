import dns from 'node:dns';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Client, credentials } from '@grpc/grpc-js';
import { firstValueFrom } from 'rxjs';
import { registerGrpcResolver } from '#client-grpc';
import type { RollcallClient } from '#client';
import { eventTypes, limits } from '#contracts';
import { RollcallClientProxy } from '#nest-clients';
import { startTestRegistry, type TestRegistry } from '../client/registry.js';

/** Where names lead in these tests; the resolver of the system knows none of them. */
const led: Readonly<Record<string, string>> = {
  'metadata.example': '169.254.169.254',
  'mapped.example': '::ffff:169.254.169.254',
  'nowhere.example': '0.0.0.0',
  'honest.example': '127.0.0.1',
};
const lookedUp: string[] = [];

let registry: TestRegistry;
let client: RollcallClient;
let server: Server;
let count = 0;
/** Connections that somebody made. */
let connections = 0;

beforeAll(async () => {
  registry = await startTestRegistry();
  client = await registry.client();
  registerGrpcResolver(client);
  const system = dns.lookup as (...parts: unknown[]) => void;
  jest.spyOn(dns, 'lookup').mockImplementation(((name: string, options: unknown, found: unknown) => {
    const address = led[name];
    if (address === undefined) return system(name, options, found);
    lookedUp.push(name);
    const family = address.includes(':') ? 6 : 4;
    (found as (error: null, all: object[]) => void)(null, [{ address, family }]);
  }) as never);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await registry.stop();
});

// A server of its own for each test: who was called last may still try again.
beforeEach(async () => {
  const own = createServer((socket) => {
    if (own === server) connections += 1;
    socket.on('error', () => undefined).destroy();
  });
  server = own;
  await new Promise<void>((resolve) => server.listen(0, resolve));
});
afterEach(() => void server.close());

async function registerAt(address: string): Promise<string> {
  const service = `service-${(count += 1)}`;
  const { port } = server.address() as AddressInfo;
  const { sequence } = await client.register({
    service,
    instance: 'odd',
    version: '1.0.0',
    endpoints: (['http', 'tcp', 'grpc'] as const).map((protocol) => ({
      name: protocol,
      protocol,
      address,
      port,
    })),
  });
  await client.discover(service, { atLeast: sequence });
  return service;
}

/** Calls a service in each of the ways there are, and says what each of them met with. */
const ways: Readonly<Record<string, (service: string) => Promise<unknown>>> = {
  http: (service) => client.http(service, { timeoutMs: 150 }).get('/latest/meta-data/'),
  tcp: async (service) => {
    const proxy = new RollcallClientProxy(client, service, { timeoutMs: 150 });
    return firstValueFrom(proxy.send('who', {})).finally(() => void proxy.close());
  },
  grpc: (service) => {
    const channel = new Client(`rollcall:///${service}`, credentials.createInsecure());
    const bytes = (text: string): Buffer => Buffer.from(text);
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + 400;
      channel.makeUnaryRequest('/a/b', bytes, String, '', { deadline }, (error, answer) => {
        channel.close();
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
  },
};

const meet = (way: string, service: string): Promise<Error> =>
  (ways[way] as (service: string) => Promise<unknown>)(service).then(
    () => new Error('it was answered'),
    (error: unknown) => error as Error,
  );

describe('a record that leads to where nobody should connect', () => {
  it.each(Object.keys(ways))('by an address is refused before a call over %s', async (way) => {
    for (const address of ['169.254.169.254', '2852039166', 'fe80::1'])
      expect((await meet(way, await registerAt(address))).message).toContain('ROLLCALL_ADDRESS_FORBIDDEN');
  });

  it.each(Object.keys(ways))(
    'by a name is not connected to over %s, wherever the name leads',
    async (way) => {
      for (const name of ['metadata.example', 'mapped.example', 'nowhere.example']) {
        lookedUp.length = 0;
        connections = 0;
        const { message } = await meet(way, await registerAt(name));
        expect(message).toContain('its addresses are not allowed');
        expect(lookedUp).toContain(name);
        expect(connections).toBe(0);
      }
      // A name that leads to where services live is connected to, in the very same way.
      await meet(way, await registerAt('honest.example'));
      expect(connections).toBeGreaterThan(0);
    },
  );
});

describe('a record larger than any may be', () => {
  it('written to the journal by a stranger never comes into the view, and callers go on', async () => {
    const service = await registerAt('127.0.0.1');
    const names = { namespace: 'default', service, instance: 'huge' };
    const metadata = Object.fromEntries(
      Array.from({ length: limits.metadataKeysMax + 1 }, (_, index) => [`key-${index}`, 'x'.repeat(900)]),
    );
    for (const odd of [{ metadata }, { metadata: { one: 'x'.repeat(limits.metadataValueLengthMax + 1) } }]) {
      const data = { ...names, version: '1.0.0', status: 'up', incarnation: 1, endpoints: [], ...odd };
      const sequence = await registry.store.journal.append({
        id: randomUUID(),
        type: eventTypes.instanceRegistered,
        source: 'stranger',
        time: new Date().toISOString(),
        aggregate: { kind: 'instance', ...names },
        data,
      });
      await client.reached(sequence);
      const handle = client.service(service);
      await handle.ready();
      const { candidates, refused } = handle.explain();
      expect([...candidates, ...refused].map(({ instance }) => instance)).toEqual(['odd']);
    }
  });
});
