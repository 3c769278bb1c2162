import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { connect } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findLocalBroker } from '#broker';
import { startTestBroker } from '#testkit';
import { createStage, DYING_REGISTRY, SLEEPING_REGISTRY, type Stage } from './stage.js';

let stage: Stage;
afterEach(() => stage.clear());

const isUp = async (port: number): Promise<boolean> => {
  const server = createServer();
  const answer = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => resolve(false));
  });
  server.close();
  return answer;
};

describe('the launcher', () => {
  it('starts broker, registry and examples, tells the changes, and ends all in order on Ctrl-C', async () => {
    stage = await createStage();
    const launcher = stage.launch();
    await launcher.saw(/ready in [\d.]+ s[^]*Ctrl-C stops everything/);
    expect(launcher.output()).toContain(
      `curl http://127.0.0.1:${stage.httpPort}/v1/namespaces/default/services`,
    );
    expect(launcher.output()).toMatch(/curl http:\/\/127\.0\.0\.1:8070 +# orders asks payments/);
    expect(launcher.output()).not.toContain('\u001B[');
    expect(stage.notes().toSorted()).toEqual([
      'start orders-1 rollcall undefined',
      'start orders-2 rollcall undefined',
      'start payments-1 rollcall undefined',
      'start payments-2 rollcall undefined',
      'start registry rollcall sys',
    ]);

    const local = await findLocalBroker(`${stage.dataDir}/nats`);
    const client = await connect({ servers: local?.url, user: local?.user, pass: local?.password });
    const endpoints = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8081 }];
    const record = { namespace: 'default', service: 'orders', instance: 'orders-9', status: 'up', endpoints };
    const change = {
      change: 'added',
      sequence: 1,
      at: new Date().toISOString(),
      cause: { id: '1', type: 'x' },
      changed: [],
      record,
    };
    client.publish('discovery.v1._position', '{"position":1}');
    client.publish('discovery.v1.default.instance.orders.orders-9', JSON.stringify(change));
    await launcher.saw(/\d\d:\d\d:\d\d \+ orders\/orders-9 up http:\/\/127\.0\.0\.1:8081/);
    expect(launcher.output()).not.toContain('position');
    await client.close();

    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode()).toBe(0);
    const stops = stage.notes().filter((note) => note.startsWith('stop'));
    expect(stops).toHaveLength(5);
    expect(stops.at(-1)).toBe('stop registry');
    expect(await isUp(stage.natsPort)).toBe(false);
  });

  it('runs without the examples when asked to', async () => {
    stage = await createStage();
    const launcher = stage.launch({ ROLLCALL_DEMO: 'off' });
    await launcher.saw(/ready in/);
    expect(stage.notes()).toEqual(['start registry rollcall sys']);
  });

  it('joins the broker of NATS_URL and leaves it alone', async () => {
    stage = await createStage();
    const broker = await startTestBroker();
    const launcher = stage.launch(broker.env);
    await launcher.saw(/joined nats-server [\d.]+ at .*127\.0\.0\.1:\d+/);
    await launcher.saw(/\+ payments\/payments-2 up/);
    await launcher.saw(/ready in/);
    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode()).toBe(0);
    expect(await isUp(broker.port)).toBe(true);
    expect(existsSync(`${stage.dataDir}/nats`)).toBe(false);
    await broker.stop();
  });

  it('tells of an example that is killed, and goes on', async () => {
    stage = await createStage();
    const launcher = stage.launch();
    const [, pid] = await launcher.saw(/kill -9 (\d+) +# payments-2/);
    process.kill(Number(pid), 'SIGKILL');
    await launcher.saw(/! payments-2 ended by SIGKILL/);
    expect(launcher.child.exitCode).toBeNull();
  });

  it.each(['ROLLCALL_DEMO', 'ROLLCALL_HTTP_PORT'])('refuses nonsense in %s', async (name) => {
    stage = await createStage();
    const launcher = stage.launch({ [name]: 'maybe' });
    expect(await launcher.exitCode()).toBe(2);
    expect(launcher.output()).toContain(`${name} is "maybe", allowed is`);
  });
});

describe('when something is wrong, the launcher says what and ends everything', () => {
  it('the registry dies at its start', async () => {
    stage = await createStage(DYING_REGISTRY);
    const launcher = stage.launch();
    expect(await launcher.exitCode()).toBe(6);
    expect(launcher.output()).toContain('ROLLCALL_APP_DIED: registry ended with code 3');
    expect(launcher.output()).toContain('no luck today');
    expect(await isUp(stage.natsPort)).toBe(false);
  });

  it('the broker dies later', async () => {
    stage = await createStage();
    const launcher = stage.launch();
    await launcher.saw(/ready in/);
    const pid = Number(await readFile(`${stage.dataDir}/nats/server.pid`, 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect(await launcher.exitCode()).toBe(6);
    expect(launcher.output()).toContain('ROLLCALL_BROKER_DIED: nats-server ended');
    expect(stage.notes().filter((note) => note.startsWith('stop'))).toHaveLength(5);
  });

  it('the HTTP port is taken: one error, and no broker is touched', async () => {
    stage = await createStage();
    const other = createServer().listen(stage.httpPort, '127.0.0.1');
    await once(other, 'listening');
    const launcher = stage.launch();
    expect(await launcher.exitCode()).toBe(6);
    expect(launcher.output()).toContain(
      `ROLLCALL_HTTP_PORT_TAKEN: port ${stage.httpPort} of 127.0.0.1 is taken`,
    );
    expect(await findLocalBroker(`${stage.dataDir}/nats`)).toBeNull();
    other.close();
  });

  it('the broker port is taken', async () => {
    stage = await createStage();
    const other = createServer().listen(stage.natsPort, '127.0.0.1');
    await once(other, 'listening');
    const launcher = stage.launch();
    expect(await launcher.exitCode()).toBe(6);
    expect(launcher.output()).toContain('ROLLCALL_BROKER_PORT_TAKEN');
    other.close();
  });

  it('Ctrl-C while the registry is not ready is no error', async () => {
    stage = await createStage(SLEEPING_REGISTRY);
    const launcher = stage.launch();
    await stage.untilNotes((notes) => notes.length > 0);
    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode()).toBe(0);
    expect(await isUp(stage.natsPort)).toBe(false);
  });
});

it('ends when the npm it was started by is killed', async () => {
  stage = await createStage();
  const launcher = stage.launch({ npm_lifecycle_event: 'start' }, true);
  await launcher.saw(/ready in/);
  launcher.child.kill('SIGKILL');
  // The pipe closes when the last process that holds it has ended.
  await launcher.exitCode();
  expect(stage.notes().filter((note) => note.startsWith('stop'))).toHaveLength(5);
  expect(await isUp(stage.natsPort)).toBe(false);
});

it('killed, it takes the apps along, and the broker is adopted next time with all data', async () => {
  stage = await createStage();
  const first = stage.launch();
  await first.saw(/ready in/);
  const stopped = stage.untilNotes((notes) => notes.filter((note) => note.startsWith('stop')).length === 5);
  first.child.kill('SIGKILL');
  await first.exitCode();
  await stopped;
  expect(await isUp(stage.natsPort)).toBe(true);

  const second = stage.launch();
  await second.saw(/\(it was left running\)/);
  await second.saw(/ready in/);
  second.child.kill('SIGTERM');
  expect(await second.exitCode()).toBe(0);
  expect(await isUp(stage.natsPort)).toBe(false);
});
