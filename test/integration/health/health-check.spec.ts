import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HealthCheck, InstanceView } from '#contracts';
import { HealthChecker, Registrar, systemClock } from '#application';
import { NetworkProbe } from '#health';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
let registrar: Registrar;
const checkers: HealthChecker[] = [];
const identity = { newId: randomUUID, nowIso: () => new Date().toISOString() };
const told: { instance: string; status: string }[] = [];
const waiting = new Set<() => void>();

/** Resolves when an instance has been told with these statuses, in this order, among others. */
function untilTold(instance: string, statuses: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const seen = told.filter((change) => change.instance === instance).map(({ status }) => status);
      let at = 0;
      for (const status of seen) if (status === statuses[at]) at += 1;
      if (at < statuses.length) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
}

const checker = (observer: string, names: readonly string[]): HealthChecker =>
  new HealthChecker({
    journal: store.journal,
    table: projection.table,
    probe: new NetworkProbe(),
    replicas: { names: () => names },
    clock: systemClock,
    identity,
    observer,
    log: store.log,
    random: () => 0,
  });

async function register(instance: string, port: number, healthCheck: HealthCheck): Promise<void> {
  const names = { namespace: 'default', service: 'legacy', instance };
  const endpoints = [{ name: 'main', protocol: 'http' as const, address: '127.0.0.1', port }];
  await registrar.register(
    { ...names, version: '1.0.0', status: 'up', endpoints, leaseMs: 0, healthCheck },
    {},
  );
}

const listen = (server: {
  listen(port: number, host: string, then: () => void): unknown;
  address(): unknown;
}): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  projection = createProjection(store, {
    onChange: (key, record) => {
      for (const each of checkers) each.onChange(key, record);
      const { instance, status } = record.record as InstanceView;
      told.push({ instance, status });
      for (const look of waiting) look();
    },
  });
  await projection.start();
  registrar = new Registrar(
    store.journal,
    identity,
    (key) => projection.table.get(key)?.entry.record as InstanceView | undefined,
  );
  for (const name of ['one', 'two']) checkers.push(checker(name, ['one', 'two']));
  for (const each of checkers) each.start();
});

afterAll(async () => {
  for (const each of checkers) each.stop();
  await projection.stop();
  await store.connection.close();
  await broker.stop();
});

describe('an instance without heartbeats, checked by two replicas', () => {
  it('is suspected after so many bad answers in a row, and cleared by a good one', async () => {
    let status = 200;
    const server: Server = createServer((_request, response) => response.writeHead(status).end());
    const port = await listen(server);
    const check = {
      kind: 'http',
      endpoint: 'main',
      path: '/health',
      intervalMs: 1_000,
      failureThreshold: 2,
    } as const;
    await register('by-http', port, check);
    await untilTold('by-http', ['up']);
    status = 503;
    await untilTold('by-http', ['up', 'suspect']);
    const view = projection.table.get('default.instance.legacy.by-http')?.entry.record as InstanceView;
    expect(view.verdict?.evidence).toMatchObject({
      signal: 'health-check',
      detail: '2 health checks in a row failed: HTTP 503',
    });
    status = 200;
    await untilTold('by-http', ['up', 'suspect', 'up']);
    server.close();
  });

  it('is checked by exactly one replica, so that one verdict is journaled once', async () => {
    const verdicts: string[] = [];
    await store.journal.read({ patterns: ['default.verdict.legacy.by-http'] }, (raw) =>
      verdicts.push(raw.header('ce-actor') ?? ''),
    );
    expect(verdicts).toHaveLength(2);
    expect(new Set(verdicts).size).toBe(1);
  });

  it('is checked by a TCP connection', async () => {
    const server = createTcp((socket) => socket.destroy());
    const port = await listen(server);
    await register('by-tcp', port, { kind: 'tcp', endpoint: 'main', intervalMs: 1_000, failureThreshold: 1 });
    await untilTold('by-tcp', ['up']);
    await new Promise((resolve) => server.close(resolve));
    await untilTold('by-tcp', ['up', 'suspect']);
    const view = projection.table.get('default.instance.legacy.by-tcp')?.entry.record as InstanceView;
    expect(view.verdict?.evidence.detail).toContain('ECONNREFUSED');
  });
});

describe('many instances, checked by one replica', () => {
  it('begins to count anew when an instance registers anew', async () => {
    const requests: unknown[] = [];
    const server: Server = createServer((request, response) => {
      requests.push(request.url);
      response.writeHead(503).end();
    });
    const port = await listen(server);
    const check = { kind: 'http', endpoint: 'main', intervalMs: 1_000, failureThreshold: 3 } as const;
    await register('reborn', port, check);
    while (requests.length < 2) await once(server, 'request');
    // Between two checks, so that none of them is about both lives.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await register('reborn', port, check);
    const key = 'default.instance.legacy.reborn';
    const verdict = (): InstanceView['verdict'] =>
      (projection.table.get(key)?.entry.record as InstanceView | undefined)?.verdict;
    while (requests.length < 5) {
      expect(verdict()).toBeUndefined();
      await once(server, 'request');
    }
    await untilTold('reborn', ['up', 'suspect']);
    expect(verdict()?.evidence.detail).toBe('3 health checks in a row failed: HTTP 503');
    server.close();
  }, 15_000);

  it('leaves nobody out when more are due than are asked at once', async () => {
    const asked: string[] = [];
    const server: Server = createServer((request, response) => {
      asked.push(request.url ?? '');
      setTimeout(() => response.writeHead(200).end(), 200);
    });
    const port = await listen(server);
    const instances = Array.from({ length: 150 }, (_, index) => `crowd-${index}`);
    const check = { kind: 'http', endpoint: 'main', intervalMs: 600_000, timeoutMs: 5_000 } as const;
    await Promise.all(instances.map((name) => register(name, port, { ...check, path: `/${name}` })));
    while (asked.length < instances.length) await once(server, 'request');
    expect(asked.toSorted()).toEqual(instances.map((name) => `/${name}`).toSorted());
    server.close();
  }, 15_000);
});

describe('one look', () => {
  const probe = new NetworkProbe();
  const target = {
    kind: 'http',
    isSecure: false,
    address: '127.0.0.1',
    port: 1,
    path: '/',
    timeoutMs: 300,
  } as const;

  it('asks grpc.health.v1 and believes only SERVING', async () => {
    let reply = Buffer.from([0, 0, 0, 0, 2, 0x08, 1]);
    const asked: Buffer[] = [];
    const server = createHttp2();
    server.on('stream', (stream) => {
      stream.on('data', (chunk: Buffer) => asked.push(chunk));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(reply);
    });
    const port = await listen(server);
    const check = { ...target, kind: 'grpc', port, path: 'orders' } as const;
    expect(await probe.check(check)).toEqual({ isGood: true, detail: 'gRPC health SERVING' });
    expect(Buffer.concat(asked)).toEqual(Buffer.from('\0\0\0\0\x08\x0a\x06orders'));
    reply = Buffer.from([0, 0, 0, 0, 2, 0x08, 2]);
    expect(await probe.check(check)).toEqual({ isGood: false, detail: 'gRPC health NOT_SERVING' });
    server.close();
  });

  it('ends in time when nothing answers', async () => {
    const server = createTcp(() => undefined);
    const port = await listen(server);
    expect(await probe.check({ ...target, port })).toEqual({
      isGood: false,
      detail: expect.stringContaining('300 ms'),
    });
    expect(await probe.check({ ...target, port, kind: 'grpc' })).toMatchObject({ isGood: false });
    server.close();
  });

  it.each(['169.254.169.254', 'fe80::1', '224.0.0.1', '0.0.0.0', '::ffff:169.254.169.254'])(
    'does not connect to %s',
    async (address) => {
      expect(await probe.check({ ...target, address })).toEqual({
        isGood: false,
        detail: expect.stringContaining('is not checked'),
      });
    },
  );
});
