import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '#testkit';
import { untilFiles } from './fakes.js';

it('a test run that is killed leaves no server and no data behind', async () => {
  const script = fileURLToPath(new URL('./holder.mjs', import.meta.url));
  const holder = fork(script, { execArgv: [] });
  const [{ port, dataDir }] = (await once(holder, 'message')) as [{ port: number; dataDir: string }];
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'data');
  const removed = untilFiles(dirname(dataDir), () => !existsSync(dataDir));
  holder.kill('SIGKILL');
  await once(socket, 'close');
  await removed;
  expect(existsSync(dataDir)).toBe(false);
});

describe('a broker of a test', () => {
  let broker: TestBroker;
  afterEach(() => broker.stop());

  it('has JetStream for the registry and a system account', async () => {
    broker = await startTestBroker();
    const client = await connect(broker.connection);
    const account = await (await jetstreamManager(client)).getAccountInfo();
    expect(account.api.level).toBeGreaterThanOrEqual(2);
    await client.close();

    const system = await connect(broker.sysConnection);
    const answer = await system.request('$SYS.REQ.SERVER.PING.VARZ', '', { timeout: 2_000 });
    expect(answer.json()).toMatchObject({ server: { name: expect.stringMatching(/^rollcall-/) } });
    await system.close();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('finds its data on the same port after %s', async (signal) => {
    broker = await startTestBroker({ synced: true });
    const before = { pid: broker.pid, port: broker.port };
    const client = await connect({ ...broker.connection, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
    const manager = await jetstreamManager(client);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    await client.request('kept', 'one');

    const back = (async () => {
      for await (const status of client.status()) if (status.type === 'reconnect') return;
    })();
    await broker.kill(signal);
    await broker.restart();
    await back;

    expect((await manager.streams.info('KEPT')).state.messages).toBe(1);
    expect(broker.port).toBe(before.port);
    expect(broker.pid).not.toBe(before.pid);
    await client.close();
  });

  it('takes further users with permissions', async () => {
    const permissions = { publish: ['mine.>'], subscribe: ['_INBOX.>'] };
    broker = await startTestBroker({ extraUsers: [{ user: 'narrow', password: 'narrow', permissions }] });
    const client = await connect({ servers: broker.url, user: 'narrow', pass: 'narrow' });
    const denied = (async () => {
      for await (const status of client.status()) if (status.type === 'error') return String(status.error);
      return '';
    })();
    client.publish('others.subject', 'x');
    expect(await denied).toContain('Permissions Violation');
    await client.close();
  });
});
