import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, startTestBroker, type TestBroker } from '#testkit';
import { type RegistryClient, startRegistry } from '../registry/registry-client.js';
import { findFlask } from './python-flask.js';

const EXAMPLE = 'apps/examples/flask';
const LIST = '/v1/namespaces/default/instances?service=hello';
const flask = await findFlask();
if (typeof flask === 'string') process.stderr.write(`\n*** The Flask example is NOT tested: ${flask}\n\n`);
const notTried = (): void => undefined;
const describeWithFlask = typeof flask === 'string' ? notTried : describe;

let broker: TestBroker;
let registry: RegistryClient;
const running = new Set<ChildProcess>();

/** Starts one of the two programs as its README says. */
async function start(
  program: 'provider' | 'consumer',
): Promise<{ child: ChildProcess; url: string; port: number }> {
  if (typeof flask === 'string') throw new Error(flask);
  const port = await freePort();
  const env = { ...flask.env, ROLLCALL_URL: registry.url, PORT: String(port) };
  const child = spawn(flask.command, [`${EXAMPLE}/${program}.py`], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  return { child, url: `http://127.0.0.1:${port}/`, port };
}

interface Listed {
  readonly instance: string;
  readonly status: string;
  readonly incarnation: number;
  readonly leaseMs: number;
  readonly registeredSequence: number;
}

const listed = async (query = ''): Promise<Listed[]> =>
  (await registry.get(LIST + query)).body['instances'] as Listed[];

/** Looks again and again until it holds. */
async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`it is still ${JSON.stringify(seen)}`);
    await delay(25);
  }
}

/** The instance of a provider, as the registry lists it. */
const oneOf = async (provider: { readonly port: number }): Promise<Listed | undefined> =>
  (await listed()).find(({ instance }) => instance === `hello-${provider.port}`);

const untilUp = (provider: { readonly port: number }): Promise<Listed | undefined> =>
  until(
    () => oneOf(provider),
    (seen) => seen?.status === 'up',
  );

async function call(url: string): Promise<[status: number, text: string]> {
  try {
    const answer = await fetch(url);
    return [answer.status, await answer.text()];
  } catch {
    return [0, ''];
  }
}

describeWithFlask('two Flask services without an SDK', () => {
  beforeAll(async () => {
    broker = await startTestBroker();
    registry = await startRegistry(broker.env);
    await registry.readiness(200);
  });
  afterEach(async () => {
    for (const child of running) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    running.clear();
  });
  afterAll(async () => {
    await registry?.stop();
    await broker?.stop();
  });

  it('find each other: the consumer calls whoever is there', async () => {
    const consumer = await start('consumer');
    const nobody = await until(
      () => call(consumer.url),
      ([status]) => status !== 0,
    );
    expect(nobody).toEqual([503, 'nobody says hello\n']);
    const provider = await start('provider');
    await untilUp(provider);
    expect(await call(consumer.url)).toEqual([200, `Hello World! This is hello-${provider.port}.\n`]);
  }, 60_000);

  it('the provider drains on SIGTERM: callers go elsewhere first, then it says good-bye', async () => {
    const [leaving, staying] = [await start('provider'), await start('provider')];
    await Promise.all([untilUp(leaving), untilUp(staying)]);
    const exited = once(leaving.child, 'exit');
    leaving.child.kill('SIGTERM');
    await until(
      () => oneOf(leaving),
      (seen) => seen?.status === 'draining',
    );
    expect(await call(leaving.url)).toEqual([200, `Hello World! This is hello-${leaving.port}.\n`]);
    const routable = (await listed('&routable=true')).map(({ instance }) => instance);
    expect(routable).toContain(`hello-${staying.port}`);
    expect(routable).not.toContain(`hello-${leaving.port}`);
    expect(await exited).toEqual([0, null]);
    expect(await oneOf(leaving)).toBeUndefined();
  }, 60_000);

  it('the provider keeps its lease, and one that is killed is passed over', async () => {
    const provider = await start('provider');
    const { leaseMs = 0, registeredSequence } = (await untilUp(provider)) ?? {};
    await delay(leaseMs + 1_000);
    expect(await oneOf(provider)).toMatchObject({ status: 'up', registeredSequence });
    provider.child.kill('SIGKILL');
    const seen = await until(
      () => oneOf(provider),
      (one) => one?.status !== 'up',
    );
    expect(seen?.status ?? 'gone').toMatch(/suspect|gone/);
  }, 60_000);

  it('the provider comes back when it was thrown out', async () => {
    const provider = await start('provider');
    const first = await untilUp(provider);
    await fetch(`${registry.url}/v1/namespaces/default/services/hello/instances/hello-${provider.port}`, {
      method: 'DELETE',
    });
    const again = await until(
      () => oneOf(provider),
      (seen) => seen?.status === 'up' && seen.incarnation > (first?.incarnation ?? 0),
    );
    expect(again).toMatchObject({ incarnation: 2 });
  }, 60_000);
});

it('is small: both together are under 80 lines', async () => {
  const texts = await Promise.all(
    ['provider', 'consumer'].map((program) => readFile(`${EXAMPLE}/${program}.py`, 'utf8')),
  );
  expect(texts.join('').split('\n').length - 1).toBeLessThan(80);
});
