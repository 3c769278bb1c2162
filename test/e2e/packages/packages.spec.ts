import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceView, ViewRecord } from '#contracts';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { freshAppSources } from './fresh-app-sources.js';
import { type FreshApp, makeFreshApp, packSdk } from './fresh-app.js';

const INSTALL_TIMEOUT_MS = 180_000;

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
let app: FreshApp;
let child: ChildProcess | undefined;
const told: ViewRecord<InstanceView>[] = [];
const waiting = new Set<() => void>();

beforeAll(async () => {
  app = await makeFreshApp(await packSdk(), freshAppSources);
  broker = await startTestBroker();
  const { url, user, password } = broker;
  store = await openRegistryStore({ connection: await connectBroker({ url, user, password }) });
  projection = createProjection(store, {
    onChange: (_key, record) => {
      told.push(record as ViewRecord<InstanceView>);
      for (const look of waiting) look();
    },
  });
  await projection.start();
}, INSTALL_TIMEOUT_MS);
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  told.length = 0;
});
afterAll(async () => {
  await projection?.stop();
  await store?.connection.close();
  await broker?.stop();
  await app?.remove();
});

/** The first change that fits, told already or still to come. */
function change(fits: (record: ViewRecord<InstanceView>) => boolean): Promise<ViewRecord<InstanceView>> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = told.find(fits);
      if (found === undefined) return;
      waiting.delete(look);
      resolve(found);
    };
    waiting.add(look);
    look();
  });
}

function start(more: Record<string, string>): {
  readonly process: ChildProcess;
  readonly output: () => string;
} {
  let output = '';
  const env = { PATH: process.env['PATH'], ...broker.env, ...more };
  child = spawn(process.execPath, [join(app.directory, 'dist', 'main.js')], { cwd: app.directory, env });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  return { process: child, output: () => output };
}

describe('a fresh Nest app with the packed SDK, outside the repository', () => {
  it('compiles, is discovered with the port it really listens on, finds itself, and leaves on SIGTERM', async () => {
    const started = start({ SHUTDOWN_HOOKS: 'yes' });
    const up = await change(({ record }) => record.status === 'up');
    const endpoint = up.record.endpoints[0];
    expect(up.record).toMatchObject({ service: 'greeter', incarnation: 1, metadata: { from: 'a tarball' } });
    expect(up.record.instance.endsWith(`-${endpoint?.port}`)).toBe(true);

    const answer = await fetch(`http://${endpoint?.address}:${endpoint?.port}/`);
    expect(await answer.json()).toMatchObject({ found: [`${up.record.instance} up`] });

    started.process.kill('SIGTERM');
    const [, signal] = (await once(started.process, 'exit')) as [number | null, string | null];
    const gone = await change(({ change }) => change === 'removed');
    expect(told.map(({ record }) => record.status)).toEqual(['starting', 'up', 'draining', 'down']);
    expect(gone).toMatchObject({ cause: { reason: 'SIGTERM' }, record: { departure: 'deregistered' } });
    expect(signal).toBe('SIGTERM');
    expect(started.output()).not.toContain('Error');
  });

  it('says good-bye also without shutdown hooks, and says loudly that there are none', async () => {
    const started = start({});
    await change(({ record }) => record.status === 'up');
    started.process.kill('SIGTERM');
    const [, signal] = (await once(started.process, 'exit')) as [number | null, string | null];
    const gone = await change(({ change }) => change === 'removed');
    expect(gone.cause.reason).toBe('SIGTERM');
    expect(signal).toBe('SIGTERM');
    expect(started.output()).toContain('app.enableShutdownHooks()');
  });
});
