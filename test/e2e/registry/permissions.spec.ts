import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrokerUser } from '#broker';
import { RollcallClient } from '#client';
import { startTestBroker, type TestBroker } from '#testkit';
import { instancePath, type RegistryClient, someRecord, startRegistry } from './registry-client.js';
import { rollcall } from './run-main.js';

/** The users of the guide, as it prints them. */
const users = [...readFileSync('docs/guides/permissions.md', 'utf8').matchAll(/^```json\n(.+?)^```$/gms)].map(
  ([, block = '']) => JSON.parse(block) as BrokerUser,
);

let broker: TestBroker;
let registry: RegistryClient;
const envOf = (name: string): Record<string, string> => {
  const user = users.find(({ user: found }) => found === name);
  return { NATS_URL: broker.url, NATS_USER: name, NATS_PASSWORD: user?.password ?? '' };
};

beforeAll(async () => {
  broker = await startTestBroker({ extraUsers: users });
  registry = await startRegistry(envOf('registry'));
});
afterAll(async () => {
  await registry.stop();
  await broker.stop();
});

const clientOf = (name: string): Promise<RollcallClient> => {
  const { NATS_URL: url = '', NATS_USER: user = '', NATS_PASSWORD: password = '' } = envOf(name);
  return RollcallClient.connect({ url, user, password, namespace: 'default' });
};

describe('with the permissions of the guide', () => {
  it('a registry joins, leads, writes and answers', async () => {
    await registry.readiness(200, /leading/);
    const put = await registry.put(instancePath('payments', 'p-1'), someRecord);
    expect(put.status).toBe(201);
    const read = await registry.get(
      `${instancePath('payments', 'p-1')}?atLeast=${String(put.body['sequence'])}`,
    );
    expect(read.body).toMatchObject({ instance: 'p-1', status: 'up' });
  });

  it('a service registers itself, beats, finds others, watches and leaves', async () => {
    const client = await clientOf('orders');
    const registration = await client.register({
      service: 'orders',
      instance: 'o-1',
      version: '1.0.0',
      lease: 'local',
    });
    const { instances } = await client.discover('payments', { atLeast: registration.sequence });
    expect(instances).toMatchObject([{ instance: 'p-1' }]);
    const seen: string[] = [];
    await client.watch('orders', ({ type }) => seen.push(type));
    await registration.update({ weight: 7 });
    expect(seen[0]).toBe('snapshot');
    await registration.deregister('done');
    await client.close();
  });

  it('a service cannot speak for another one', async () => {
    const client = await clientOf('orders');
    const stranger = client.register({
      service: 'payments',
      instance: 'p-2',
      version: '1.0.0',
      lease: 'none',
    });
    await expect(stranger).rejects.toMatchObject({ code: 'ROLLCALL_BROKER_DENIED' });
    await client.close();
  });

  it('an operator looks, writes, verifies and replays', async () => {
    const env = envOf('operator');
    const commands = [
      ['status'],
      ['services'],
      ['instances', 'payments'],
      ['register', 'db', 'd-1', '--version', '1.0.0'],
      ['deregister', 'db', 'd-1'],
      ['undo', '-1h..', '--service', 'db', '--yes'],
      ['quarantine', 'list'],
      ['replay', '--from', '-1h'],
      ['verify'],
    ];
    for (const words of commands) {
      const { code, stderr } = await rollcall(env, ...words);
      expect([words, code, stderr]).toEqual([words, 0, expect.not.stringContaining('ROLLCALL_')]);
    }
  });

  it('a backup is taken by who may do nothing else, and restored elsewhere by who may do that', async () => {
    const path = join(broker.dataDir, 'backup');
    const made = await rollcall(envOf('backup'), 'backup', 'create', path, '--json');
    expect([made.code, made.stderr]).toEqual([0, '']);
    const empty = await startTestBroker({ extraUsers: users });
    const env = { ...envOf('restore'), NATS_URL: empty.url };
    const restored = await rollcall(env, 'backup', 'restore', path, '--json');
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    expect((JSON.parse(restored.stdout) as { to: number }).to).toBeGreaterThan(3);
    await empty.stop();
  });

  it('nothing that the registry or the service does by itself was refused', async () => {
    const log = await readFile(join(broker.dataDir, 'server.log'), 'utf8');
    const refused = log.match(/Violation.*/g) ?? [];
    // What a test above did on purpose.
    expect(refused.filter((line) => !line.includes('.payments.'))).toEqual([]);
  });

  it('whoever may only look is told what is not allowed when it writes', async () => {
    const { code, stderr } = await rollcall(envOf('orders'), 'register', 'db', 'd-1', '--version', '1.0.0');
    expect(code).toBe(7);
    expect(stderr).toMatch(/^ROLLCALL_BROKER_DENIED: /m);
  });
});
