import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { freePort, startTestBroker, type TestBroker } from '#testkit';
import { instancePath, type RegistryClient, someRecord, startRegistry } from './registry-client.js';
import { rollcall, runMain } from './run-main.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

async function withRegistry(env: Record<string, string>, test: (registry: RegistryClient) => Promise<void>) {
  const registry = await startRegistry(env);
  try {
    await test(registry);
  } finally {
    await registry.stop();
  }
}

describe('a registry process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s, quickly, and another leads at once',
    async (signal) => {
      await withRegistry(broker.env, async (first) => {
        await first.readiness(200, /leading/);
        await withRegistry(broker.env, async (second) => {
          await second.readiness(200, /following another process/);
          const startedAtMs = performance.now();
          first.child.kill(signal);
          const { code, stderr } = await first.ended;
          expect([code, stderr]).toEqual([0, '']);
          expect(performance.now() - startedAtMs).toBeLessThan(2_000);
          await second.readiness(200, /leading/);
          // Without a hand-over the broker gives the lead away after two seconds.
          expect(performance.now() - startedAtMs).toBeLessThan(1_900);
        });
      });
    },
  );

  it('ends with 0 on SIGTERM also before it has joined a broker', async () => {
    const env = { NATS_URL: `nats://127.0.0.1:${await freePort()}` };
    await withRegistry(env, async ({ child, ended, line }) => {
      await line(/waiting for the broker/);
      child.kill('SIGTERM');
      expect((await ended).code).toBe(0);
    });
  });

  it('writes one JSON object a line, masks secrets, and warns of settings that are none', async () => {
    const env = {
      ...broker.env,
      ROLLCALL_TOKEN: 'a-long-enough-token',
      ROLLCALL_HTP_PORT: '1',
      ROLLCALL_LOG_LEVEL: 'debug',
    };
    await withRegistry(env, async (registry) => {
      await registry.readiness(200);
      registry.child.kill('SIGTERM');
      const { stdout } = await registry.ended;
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.find(({ level }) => level === 'warn')?.['message']).toBe(
        'ROLLCALL_HTP_PORT is not a setting; did you mean ROLLCALL_HTTP_PORT?',
      );
      expect(lines.find(({ ROLLCALL_TOKEN }) => ROLLCALL_TOKEN !== undefined)?.['ROLLCALL_TOKEN']).toBe(
        '********',
      );
      expect(stdout).not.toContain(broker.password);
      expect(stdout).not.toContain('a-long-enough-token');
    });
  });
});

describe('a registry whose broker is not there', () => {
  it('starts before it, says so, and joins it by itself', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-late-'));
    const early = await startTestBroker({ dataDir });
    await early.stop();
    await withRegistry(early.env, async (registry) => {
      expect((await registry.get('/healthz')).status).toBe(200);
      expect(await registry.readiness(503, /broker: not joined yet: connecting to/)).toContain('refused');
      const services = await registry.get('/v1/namespaces/default/services');
      expect([services.status, services.body['code']]).toEqual([503, 'ROLLCALL_UNAVAILABLE']);
      const put = await registry.put(instancePath('orders', 'o-1'), someRecord);
      expect([put.status, put.body['code']]).toEqual([503, 'ROLLCALL_UNAVAILABLE']);
      const line = JSON.parse(await registry.line(/waiting for the broker/)) as Record<string, string>;
      expect(line['trouble']).toContain('ROLLCALL_BROKER_UNREACHABLE');
      const late = await startTestBroker({ dataDir, port: early.port });
      await registry.readiness(200);
      expect((await registry.put(instancePath('orders', 'o-1'), someRecord)).status).toBe(201);
      await late.stop();
    });
    await rm(dataDir, { recursive: true });
  });

  it('outlives it: serves the last known view, says how old it is, refuses writes, and recovers by itself', async () => {
    const mortal = await startTestBroker();
    await withRegistry(mortal.env, async (registry) => {
      await registry.readiness(200);
      const { body } = await registry.put(instancePath('orders', 'o-1'), someRecord);
      const list = `/v1/namespaces/default/services/orders/instances`;
      await registry.get(`${list}?atLeast=${String(body['sequence'])}`);
      await mortal.kill();

      expect(await registry.readiness(503, /no connection to .* for/)).toContain(
        'serving the last known view',
      );
      const stale = await registry.get(list);
      expect(stale.body['instances']).toHaveLength(1);
      const first = Number(stale.headers.get('x-rollcall-stale-ms'));
      await registry.readiness(503, /for [1-9]/);
      const later = Number((await registry.get(list)).headers.get('x-rollcall-stale-ms'));
      expect(later).toBeGreaterThan(first);
      const startedAtMs = performance.now();
      const refused = await registry.put(instancePath('orders', 'o-2'), someRecord);
      expect([refused.status, refused.body['code']]).toEqual([503, 'ROLLCALL_UNAVAILABLE']);
      expect(performance.now() - startedAtMs).toBeLessThan(500);
      expect((await registry.get('/healthz')).status).toBe(200);

      await mortal.restart();
      await registry.readiness(200);
      const again = await registry.put(instancePath('orders', 'o-2'), someRecord);
      expect(again.status).toBe(201);
      const fresh = await registry.get(`${list}?atLeast=${String(again.body['sequence'])}`);
      expect(fresh.body['instances']).toHaveLength(2);
      const verified = await rollcall(mortal.env, 'verify', '--json');
      expect(JSON.parse(verified.stdout)).toMatchObject({ differences: [] });
    });
    await mortal.stop();
  });

  it('ends with one line and 7 when the broker no longer lets it in', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-locked-'));
    const open = await startTestBroker({ dataDir });
    await withRegistry(open.env, async (registry) => {
      await registry.readiness(200);
      await open.stop();
      const file = join(dataDir, 'credentials.json');
      const known = await readFile(file, 'utf8');
      await writeFile(file, known.replace(open.password, 'pw-of-another-day'));
      const locked = await startTestBroker({ dataDir, port: open.port });
      const { code, stderr } = await registry.ended;
      await locked.stop();
      expect(code).toBe(7);
      expect(JSON.parse(stderr)).toMatchObject({ level: 'error', code: 'ROLLCALL_BROKER_REFUSED_LOGIN' });
    });
    await rm(dataDir, { recursive: true });
  });

  it('says that the disk is full, expires nobody, and goes on when there is room', async () => {
    const small = await startTestBroker({ maxFileStoreBytes: 512 * 1024 });
    await withRegistry(small.env, async (registry) => {
      await registry.readiness(200);
      const first = await registry.put(instancePath('orders', 'o-1'), someRecord);
      await fillDisk(small);
      const refused = await registry.put(instancePath('orders', 'o-2'), someRecord);
      expect([refused.status, refused.body['code']]).toEqual([503, 'ROLLCALL_BROKER_DISK_FULL']);
      expect(await registry.readiness(503, /ROLLCALL_BROKER_DISK_FULL/)).toContain('cannot write the view');
      const list = `/v1/namespaces/default/services/orders/instances?atLeast=${String(first.body['sequence'])}`;
      expect((await registry.get(list)).body['instances']).toHaveLength(1);
      await emptyDisk(small);
      await registry.readiness(200);
      expect((await registry.put(instancePath('orders', 'o-2'), someRecord)).status).toBe(201);
    });
    await small.stop();
  });
});

describe('a set-up that cannot work ends the registry with one clear line', () => {
  const setups: [what: string, env: () => Promise<Record<string, string>>, code: number, line: RegExp][] = [
    [
      'wrong settings, all of them told',
      async () => ({ ROLLCALL_HTTP_PORT: 'x', ROLLCALL_REPLICAS: '2' }),
      2,
      /^ROLLCALL_SETTINGS_INVALID: 2 settings cannot be used: ROLLCALL_REPLICAS is "2".*; ROLLCALL_HTTP_PORT is "x"/,
    ],
    [
      'a wrong password',
      async () => ({ ...broker.env, NATS_PASSWORD: 'wrong' }),
      7,
      /ROLLCALL_BROKER_REFUSED_LOGIN/,
    ],
    [
      'an address that is not of this machine',
      async () => ({ ...broker.env, ROLLCALL_HTTP_HOST: '192.0.2.1' }),
      2,
      /ROLLCALL_SETTINGS_INVALID.*192\.0\.2\.1/,
    ],
    [
      'more replicas than servers',
      async () => ({ ...broker.env, ROLLCALL_REPLICAS: '3', ROLLCALL_PREFIX: 'three' }),
      6,
      /ROLLCALL_STREAM_CONFLICT/,
    ],
  ];

  it.each(setups)('%s', async (_what, env, code, line) => {
    const main = runMain('apps/registry/src/main.js', {
      ROLLCALL_HTTP_PORT: '0',
      ROLLCALL_DNS_PORT: '0',
      ...(await env()),
    });
    const ended = await main.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(line);
    expect(ended.stderr + ended.stdout).not.toMatch(/^\s+at /m);
  });

  it('a port that is taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
    });
    const main = runMain('apps/registry/src/main.js', { ...broker.env, ROLLCALL_HTTP_PORT: String(port) });
    const { code, stderr } = await main.ended;
    taken.close();
    expect(code).toBe(6);
    expect(stderr).toMatch(
      new RegExp(`ROLLCALL_HTTP_PORT_TAKEN: something else listens on 127\\.0\\.0\\.1:${port}`),
    );
  });
});

describe('a projector process', () => {
  it('folds the journal without a front door, and ends with 0', async () => {
    const env = { ...broker.env, ROLLCALL_PREFIX: 'alone', ROLLCALL_LOG: 'json' };
    const projector = runMain('apps/projector/src/main.js', env);
    await projector.line(/"message":"ready".*leading/);
    const registered = await rollcall(env, 'register', 'orders/o-1', '--version', '1.0.0', '--json');
    expect(registered.code).toBe(0);
    const { sequence } = JSON.parse(registered.stdout) as { sequence: number };
    for (;;) {
      const { view } = JSON.parse((await rollcall(env, 'status', '--json')).stdout) as {
        view: { sequence: number };
      };
      if (view.sequence >= sequence) break;
    }
    expect(JSON.parse((await rollcall(env, 'instances', 'orders', '--json')).stdout)).toMatchObject({
      instances: [{ instance: 'o-1', status: 'up' }],
    });
    projector.child.kill('SIGTERM');
    expect((await projector.ended).code).toBe(0);
  });
});

/** Writes into a stream of the test's own until the broker has no room left. */
async function fillDisk(full: TestBroker): Promise<void> {
  const { jetstreamManager, jetstream } = await import('@nats-io/jetstream');
  const nats = await connect(full.connection);
  const manager = await jetstreamManager(nats);
  await manager.streams.add({ name: 'BALLAST', subjects: ['ballast'] });
  for (const size of [64 * 1024, 1024, 64, 1]) {
    for (let isFull = false; !isFull;) {
      isFull = await jetstream(nats)
        .publish('ballast', new Uint8Array(size))
        .then(
          () => false,
          () => true,
        );
    }
  }
  await nats.close();
}

async function emptyDisk(full: TestBroker): Promise<void> {
  const { jetstreamManager } = await import('@nats-io/jetstream');
  const nats = await connect(full.connection);
  await (await jetstreamManager(nats)).streams.delete('BALLAST');
  await nats.close();
}
