import { createServer } from 'node:net';
import { Resolver } from 'node:dns/promises';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import dnsPacket from 'dns-packet';
import { eventTypes, type InstanceRecord } from '#contracts';
import { DnsServer, tableSource } from '#dns';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { askUdp, framed, TcpClient } from './raw-client.js';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
let server: DnsServer;
let resolver: Resolver;
const answered: string[] = [];

async function register(
  service: string,
  instance: string,
  fields: Partial<InstanceRecord> = {},
): Promise<void> {
  const data: InstanceRecord = {
    namespace: 'default',
    service,
    instance,
    incarnation: 1,
    version: '1.4.2',
    status: 'up',
    endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }],
    leaseMs: 0,
    ...fields,
  };
  const sequence = await store.journal.append({
    id: `${service}-${instance}-${data.incarnation}-${data.status}`,
    type: eventTypes.instanceRegistered,
    aggregate: { kind: 'instance', namespace: 'default', service, instance },
    data,
  });
  await projection.follower.reached(sequence);
}

const query = (name: string, type: string, id = 1): Buffer =>
  dnsPacket.encode({ type: 'query', id, questions: [{ name, type: type as 'A' }] });

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  projection = createProjection(store);
  await projection.start();
  const view = {
    table: projection.table,
    get position() {
      return projection.follower.position;
    },
  };
  server = new DnsServer({
    source: tableSource(() => view),
    port: 0,
    onAnswered: (transport, rcode) => answered.push(`${transport} ${rcode}`),
  });
  await server.start();
  resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
  await register('payments', 'payments-1');
  await register('payments', 'payments-2', {
    endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.2', port: 8081 }],
    tags: ['canary'],
    weight: 7,
  });
});

afterAll(async () => {
  await server.stop();
  await projection.stop();
  await store.connection.close();
  await broker.stop();
});

describe('what is registered', () => {
  it('is resolved by an ordinary resolver, by address, by service record and by text', async () => {
    const name = 'payments.default.service.rollcall';
    expect((await resolver.resolve4(name)).toSorted()).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(
      (await resolver.resolveSrv(`_http._tcp.${name}`)).toSorted((left, right) => left.port - right.port),
    ).toEqual([
      { name: 'payments-1.payments.default.instance.rollcall', port: 8080, priority: 0, weight: 100 },
      { name: 'payments-2.payments.default.instance.rollcall', port: 8081, priority: 0, weight: 7 },
    ]);
    expect(await resolver.resolve4('payments-2.payments.default.instance.rollcall')).toEqual(['127.0.0.2']);
    expect(await resolver.resolve4(`canary.tag.${name}`, { ttl: true })).toEqual([
      { address: '127.0.0.2', ttl: 1 },
    ]);
    expect((await resolver.resolveTxt(`canary.tag.${name}`))[0]).toContain('_instance=payments-2');
  });

  it('is no longer resolved as soon as it drains, and none is not the same as unknown', async () => {
    await register('gone', 'gone-1');
    expect(await resolver.resolve4('gone.default.service.rollcall')).toEqual(['127.0.0.1']);
    await register('gone', 'gone-1', { incarnation: 2, status: 'maintenance' });
    await expect(resolver.resolve4('gone.default.service.rollcall')).rejects.toMatchObject({
      code: 'ENODATA',
    });
    await expect(resolver.resolve4('never.default.service.rollcall')).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });

  it('comes over TCP when a datagram cannot hold it', async () => {
    const names = Array.from({ length: 90 }, (_, index) => `many-${index}`);
    for (const [index, name] of names.entries()) {
      const endpoints = [{ name: 'http', protocol: 'http' as const, address: `10.0.0.${index}`, port: 80 }];
      await register('many', name, { endpoints });
    }
    const plain = (await askUdp(server.port, query('many.default.service.rollcall', 'A'))) as Buffer;
    expect(plain.length).toBeLessThanOrEqual(512);
    expect(dnsPacket.decode(plain).flag_tc).toBe(true);
    answered.length = 0;
    expect(await resolver.resolve4('many.default.service.rollcall')).toHaveLength(90);
    expect(answered).toEqual(['udp NOERROR', 'tcp NOERROR']);
  });

  it('comes in changing order', async () => {
    const firsts = new Set<string | undefined>();
    for (let round = 0; round < 40; round += 1) {
      firsts.add((await resolver.resolve4('many.default.service.rollcall'))[0]);
    }
    expect(firsts.size).toBeGreaterThan(5);
  });
});

describe('a TCP connection', () => {
  it('carries many questions at once and answers them in order', async () => {
    const client = await TcpClient.open(server.port);
    const ids = Array.from({ length: 300 }, (_, index) => index + 1);
    const all = Buffer.concat(ids.map((id) => framed(query('many.default.service.rollcall', 'A', id))));
    // Cut anywhere: lengths and messages arrive in pieces.
    for (let at = 0; at < all.length; at += 777) client.socket.write(all.subarray(at, at + 777));
    await client.received(ids.length);
    expect(client.messages.map((message) => message.readUInt16BE(0))).toEqual(ids);
    client.socket.destroy();
  });

  it('is closed when it sends something else than questions', async () => {
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), framed(Buffer.alloc(5)), Buffer.alloc(2)]) {
      const client = await TcpClient.open(server.port);
      client.socket.write(bytes);
      await client.closed;
      expect(client.messages).toEqual([]);
    }
  });

  it('whose client never reads makes nothing pile up, and hinders nobody', async () => {
    const client = await TcpClient.open(server.port);
    client.socket.pause();
    const question = framed(query('many.default.service.rollcall', 'A'));
    const flood = Buffer.concat(Array.from({ length: 2_000 }, () => question));
    const written = (): number => answered.filter((entry) => entry.startsWith('tcp')).length;
    answered.length = 0;
    for (let round = 0; round < 10; round += 1) client.socket.write(flood);
    for (let before = -1; before !== written();) {
      before = written();
      for (let round = 0; round < 20; round += 1)
        await resolver.resolve4('payments.default.service.rollcall');
    }
    expect(written()).toBeLessThan(20_000);
    client.socket.destroy();
  });
});

describe('10,000 packets of random bytes', () => {
  it('are dropped or refused, leave memory flat and the server well', async () => {
    const socket = createSocket('udp4');
    socket.on('message', () => undefined);
    const valid = query('_http._tcp.payments.default.service.rollcall', 'SRV');
    const barrier = (): Promise<string[]> =>
      resolver.resolve4('canary.tag.payments.default.service.rollcall');
    const found: string[] = [];
    const flood = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        const packet = index % 2 === 0 ? randomBytes(1 + (index % 200)) : spoilt(valid, index);
        await new Promise((resolve) => socket.send(packet, server.port, '127.0.0.1', resolve));
        if (index % 100 === 99) found.push(...(await barrier()));
      }
    };
    await flood(2_000);
    const before = process.memoryUsage();
    answered.length = 0;
    await flood(10_000);
    const after = process.memoryUsage();
    expect(answered.length).toBe(10_100);
    expect(found).toEqual(Array.from({ length: 120 }, () => '127.0.0.2'));
    expect(after.rss - before.rss).toBeLessThan(48 * 1024 ** 2);
    socket.close();
  });

  function spoilt(valid: Buffer, index: number): Buffer {
    const packet = Buffer.from(valid);
    packet[index % packet.length] = randomBytes(1)[0] as number;
    return packet;
  }
});

describe('a port that is taken', () => {
  it('is one clear error', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const second = new DnsServer({ source: tableSource(() => undefined), port });
    await expect(second.start()).rejects.toMatchObject({ code: 'ROLLCALL_DNS_NOT_LISTENING' });
    await new Promise((resolve) => holder.close(resolve));
    await second.start();
    expect(second.port).toBe(port);
    await second.stop();
  });
});
