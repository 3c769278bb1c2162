import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { nkeys } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { startTestBroker } from '#testkit';
import { makeCertificates } from './certificates.js';
import { instancePath, someRecord, startRegistry } from './registry-client.js';
import { type Ended, rollcall, runMain } from './run-main.js';
import { startSecuredServer } from './secured-server.js';
import { createOperatorSetup } from './user-jwt.js';

// Each starts several programs, one after the other.
jest.setTimeout(90_000);

type Env = Record<string, string>;

/** What is to be ended after each test, last first. */
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function server(options: Parameters<typeof startSecuredServer>[0]) {
  const started = await startSecuredServer(options);
  toStop.push(() => started.stop());
  return { ...started, url: `nats://127.0.0.1:${started.port}` };
}

async function registry(env: Env) {
  const started = await startRegistry(env);
  toStop.push(() => started.stop());
  await started.readiness(200);
  return started;
}

/** Registers over HTTP and asks the command line: both came in by the same settings. */
async function expectWorks(env: Env, service = 'orders'): Promise<void> {
  const joined = await registry(env);
  const put = await joined.put(instancePath(service, 'o-1'), someRecord);
  expect(put.status).toBe(201);
  await joined.get(`/v1/namespaces/default/services?atLeast=${String(put.body['sequence'])}`);
  const { code, stdout, stderr } = await rollcall(env, 'services', '--json');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ services: [{ service, instances: 1 }] });
}

/** A service beside that registry comes in by the same settings, too. */
async function expectExampleJoins(env: Env): Promise<void> {
  const example = runMain('apps/examples/payments/src/main.js', {
    PORT: '0',
    ROLLCALL_INSTANCE: 'p-1',
    ...env,
  });
  toStop.push(async () => void (example.child.kill('SIGTERM'), await example.ended));
  await example.line(/ is up, incarnation 1/);
  const { stdout } = await rollcall(env, 'instances', 'payments', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ instances: [{ instance: 'p-1' }] });
}

/** The registry ends with one line of the catalogue, and so does the command line. */
async function expectRefused(env: Env, code: number, line: RegExp): Promise<void> {
  const main = runMain('apps/registry/src/main.js', {
    ROLLCALL_HTTP_PORT: '0',
    ROLLCALL_DNS_PORT: '0',
    ...env,
  });
  const check = ({ stderr, ...ended }: Ended): void => {
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
    expect(ended.code).toBe(code);
  };
  check(await main.ended);
  check(await rollcall(env, 'services'));
}

describe('an existing NATS is joined', () => {
  it('with user and password, also when they stand in the address', async () => {
    const { url, port } = await server({ config: () => 'authorization { user: me, password: "p@ss w0rd" }' });
    await expectWorks({ NATS_URL: url, NATS_USER: 'me', NATS_PASSWORD: 'p@ss w0rd' });
    const inAddress = { NATS_URL: `nats://me:p%40ss%20w0rd@127.0.0.1:${port}` };
    expect((await rollcall(inAddress, 'services')).code).toBe(0);
    await expectRefused(
      { NATS_URL: url, NATS_USER: 'me', NATS_PASSWORD: 'x' },
      7,
      /ROLLCALL_BROKER_REFUSED_LOGIN/,
    );
    await expectRefused({ NATS_URL: url }, 7, /ROLLCALL_BROKER_REFUSED_LOGIN/);
  });

  it('with a token', async () => {
    const { url } = await server({ config: () => 'authorization { token: s3cret-token }' });
    await expectWorks({ NATS_URL: url, NATS_TOKEN: 's3cret-token' });
    await expectRefused({ NATS_URL: url, NATS_TOKEN: 'x' }, 7, /ROLLCALL_BROKER_REFUSED_LOGIN/);
  });

  it('with an NKey, given as a seed or as a file', async () => {
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    const { url, directory } = await server({
      config: () => `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`,
    });
    const file = join(directory, 'user.nk');
    await writeFile(file, `${seed}\n`);
    await expectWorks({ NATS_URL: url, NATS_NKEY: seed });
    expect((await rollcall({ NATS_URL: url, NATS_NKEY: file }, 'services')).code).toBe(0);
    const other = new TextDecoder().decode(nkeys.createUser().getSeed());
    await expectRefused({ NATS_URL: url, NATS_NKEY: other }, 7, /ROLLCALL_BROKER_REFUSED_LOGIN/);
  });

  it('with a credentials file, under an operator', async () => {
    const setup = createOperatorSetup();
    const { url, directory } = await server({ config: () => setup.config });
    const file = join(directory, 'rollcall.creds');
    await writeFile(file, setup.creds, { mode: 0o600 });
    await expectWorks({ NATS_URL: url, NATS_CREDS: file });
    await expectExampleJoins({ NATS_URL: url, NATS_CREDS: file });
    const stranger = join(directory, 'stranger.creds');
    await writeFile(stranger, createOperatorSetup().creds);
    await expectRefused({ NATS_URL: url, NATS_CREDS: stranger }, 7, /ROLLCALL_BROKER_REFUSED_LOGIN/);
  });

  it('over TLS with an authority of its own, and with a client certificate', async () => {
    const files: { ca: string; client: { cert: string; key: string } } = {
      ca: '',
      client: { cert: '', key: '' },
    };
    const { url } = await server({
      config: async (directory) => {
        const made = await makeCertificates(directory);
        Object.assign(files, made);
        const { cert, key } = made.server;
        return `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${made.ca}", verify: true }`;
      },
    });
    const { cert, key } = files.client;
    const tls = { NATS_URL: url, NATS_TLS_CA: files.ca, NATS_TLS_CERT: cert, NATS_TLS_KEY: key };
    await expectWorks(tls);
    await expectExampleJoins(tls);
    const nats = {
      NATS_URL: url.replace('nats:', 'tls:'),
      NATS_CA: files.ca,
      NATS_CERT: cert,
      NATS_KEY: key,
    };
    expect((await rollcall(nats, 'services')).code).toBe(0);
    const untrusted = await rollcall({ NATS_URL: url, NATS_TLS_CERT: cert, NATS_TLS_KEY: key }, 'services');
    expect(untrusted.stderr).toMatch(/^ROLLCALL_BROKER_[A-Z_]+: .*certificate.*\n$/);
    expect(untrusted.code).not.toBe(0);
  });

  it('in a JetStream domain', async () => {
    const { url } = await server({ config: () => '', jetstream: 'domain: hub' });
    await expectWorks({ NATS_URL: url, ROLLCALL_JS_DOMAIN: 'hub' });
    await expectExampleJoins({ NATS_URL: url, ROLLCALL_JS_DOMAIN: 'hub' });
    await expectRefused(
      { NATS_URL: url, ROLLCALL_JS_DOMAIN: 'elsewhere' },
      6,
      /ROLLCALL_BROKER_NO_JETSTREAM/,
    );
  });

  it('under a prefix, beside another registry that sees nothing of it', async () => {
    const broker = await startTestBroker();
    toStop.push(() => broker.stop());
    await expectWorks({ ...broker.env, ROLLCALL_PREFIX: 'blue' }, 'in-blue');
    await expectWorks(broker.env, 'in-none');
    const nats = await connect(broker.connection);
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const names: string[] = [];
    for await (const name of (await jetstreamManager(nats)).streams.names()) names.push(name);
    await nats.close();
    expect(names).toEqual(
      expect.arrayContaining(['REGISTRY', 'BLUE_REGISTRY', 'KV_registry', 'KV_blue_registry']),
    );
  });

  it('not without JetStream: on the server, or for the account', async () => {
    const account = await server({
      config: () =>
        `accounts { A { jetstream: enabled, users: [ { user: a, password: a } ] }, B { users: [ { user: b, password: b } ] } }`,
    });
    const without = { NATS_URL: account.url, NATS_USER: 'b', NATS_PASSWORD: 'b' };
    await expectRefused(without, 6, /ROLLCALL_BROKER_NO_JETSTREAM/);
    await expectWorks({ ...without, NATS_USER: 'a', NATS_PASSWORD: 'a' });
  });
});
