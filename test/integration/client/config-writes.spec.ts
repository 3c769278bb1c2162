import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#application';
import { type ConfigWriter, KeyRing, type LiveConfig, RollcallClient, Secret } from '#client';
import { readSettings } from '#platform';
import { RegistryNode } from '#server';
import { startTestBroker, type TestBroker } from '#testkit';

const ring = KeyRing.create('k1');
let broker: TestBroker;
let node: RegistryNode;
let client: RollcallClient;
let writer: ConfigWriter;
let config: LiveConfig;

beforeAll(async () => {
  broker = await startTestBroker();
  const { settings } = readSettings(broker.env);
  node = new RegistryNode({ name: 'one', settings, log: silentLog, answers: true });
  await node.join();
  const { url, user, password } = broker;
  client = await RollcallClient.connect({ url, user, password, actor: 'deploy-bot' });
  writer = client.configWriter('orders', { ring });
  config = await client.config('orders', { ring });
});
afterAll(async () => {
  await client?.close();
  await broker?.stop();
});

/** What this process sees once a write has come back to it. */
async function seen({ sequence }: { readonly sequence: number }): Promise<Record<string, unknown>> {
  await config.reached(sequence);
  return Object.fromEntries(config.values);
}

describe('config written by the SDK', () => {
  it('is compared with the revision that is expected; who was slower is told who was faster', async () => {
    const first = await writer.set('pool', 10, { expect: 0, reason: 'a start' });
    expect(await seen(first)).toMatchObject({ pool: 10 });
    const second = await writer.set('pool', 20, { expect: first.sequence });
    await expect(writer.set('pool', 30, { expect: first.sequence })).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_CONFLICT',
      message: expect.stringContaining('deploy-bot set it to "20" at 2'),
      details: { expected: first.sequence, actual: { revision: second.sequence, actor: 'deploy-bot' } },
    });
    expect(await seen(await writer.rollback('pool', first.sequence))).toMatchObject({ pool: 10 });
    expect(await seen(await writer.delete('pool', { reason: 'the default will do' }))).not.toHaveProperty(
      'pool',
    );
    await expect(writer.rollback('pool', 999_999)).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_REVISION_UNKNOWN',
    });
  });

  it('of several keys is whole or not at all', async () => {
    const bad = [
      { key: 'a', value: 'x' },
      { key: 'b', value: 'a: [', contentType: 'yaml' as const },
    ];
    await expect(writer.batch(bad)).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_INVALID',
      details: { key: 'b', line: 1 },
    });
    const both = await writer.batch([
      { key: 'a', value: { on: true } },
      { key: 'b', value: 'a: [1]', contentType: 'yaml' },
    ]);
    expect(both.keys.map(({ key, changed }) => [key, changed])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(await seen(both)).toMatchObject({ a: { on: true }, b: { a: [1] } });
    const after = await writer.batch([{ key: 'a', delete: true, expect: both.keys[0]?.revision ?? -1 }]);
    expect(await seen(after)).not.toHaveProperty('a');
  });

  it('is sealed before it leaves the process, when it is a secret', async () => {
    const written = await writer.set('PASSWORD', new Secret('hunter2'));
    await config.reached(written.sequence);
    expect(config.require<Secret>('PASSWORD').reveal()).toBe('hunter2');
    const stored = await node.joined?.store.journal.at(written.sequence);
    expect(stored?.text()).toMatch(/"sealed\.v1\.k1\./);
    expect(stored?.text()).not.toContain('hunter2');
    const without = client.configWriter('orders').set('PASSWORD', new Secret('hunter3'));
    await expect(without).rejects.toMatchObject({
      code: 'ROLLCALL_KEY_RING_ABSENT',
      message: expect.not.stringContaining('hunter3'),
    });
  });

  it('is made later, cancelled, and undone by itself', async () => {
    await writer.set('level', 'info');
    const later = await writer.set('level', 'warn', { effectiveAt: new Date(Date.now() + 60_000) });
    await config.reached(later.sequence);
    await writer.cancel(later.schedule ?? '', 'not tonight');
    await expect(writer.cancel(later.schedule ?? '')).rejects.toMatchObject({ code: 'ROLLCALL_NOT_FOUND' });
    const values: unknown[] = [];
    const isBack = new Promise<void>((resolve) => {
      config.onKey('level', ({ after }) => {
        values.push(after);
        if (after === 'info') resolve();
      });
    });
    await writer.set('level', 'debug', { revertAfter: '1s' });
    await isBack;
    expect(values).toEqual(['debug', 'info']);
  });

  it('is refused where its name, time or application cannot be', async () => {
    await expect(writer.set('a b', 1)).rejects.toMatchObject({ code: 'ROLLCALL_NAME_INVALID' });
    await expect(writer.set('a', 1, { effectiveAt: '2001-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_TIME_INVALID',
    });
    expect(() => client.configWriter('No Name')).toThrow(/ROLLCALL_NAME_INVALID/);
  });

  // Last: nobody answers from here on.
  it('says so when no registry is there to answer', async () => {
    await node.stop();
    await expect(writer.set('pool', 1)).rejects.toMatchObject({ code: 'ROLLCALL_UNAVAILABLE' });
  });
});
