import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { silentLog } from '#application';
import { readSettings } from '#platform';
import { RegistryNode } from '#server';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let node: RegistryNode;
/** A bare client: no software of ours. */
let client: NatsConnection;

beforeAll(async () => {
  broker = await startTestBroker();
  const { settings } = readSettings(broker.env);
  node = new RegistryNode({ name: 'one', settings, log: silentLog, answers: true });
  await node.join();
  client = await connect(broker.connection);
});
afterAll(async () => {
  await client.close();
  await node.stop();
  await broker.stop();
});

type Json = Record<string, unknown>;
const place = { namespace: 'default', application: 'orders' };

async function ask(subject: string, body: Json): Promise<Json> {
  const payload = JSON.stringify({ ...place, ...body });
  return (await client.request(`rollcall.v1.${subject}`, payload, { timeout: 5_000 })).json();
}

const codeOf = (answer: Json): unknown => (answer['error'] as Json | undefined)?.['code'];

describe('config over NATS', () => {
  it('is set against a revision, read, told as a history, and brought back', async () => {
    const one = await ask('command.config.set', { key: 'a', value: 1, actor: 'alice', reason: 'start' });
    const late = await ask('command.config.set', { key: 'a', value: 2, revision: 0 });
    expect(codeOf(late)).toBe('ROLLCALL_CONFIG_CONFLICT');
    const two = await ask('command.config.set', { key: 'a', value: 2, revision: one['sequence'] });
    expect(await ask('query.config.get', { key: 'a', atLeast: two['sequence'] })).toMatchObject({
      value: '2',
    });
    const history = await ask('query.config.history', { key: 'a' });
    expect(history['revisions']).toMatchObject([{ actor: 'alice', reason: 'start' }, { actor: 'nats' }]);
    const back = await ask('command.config.rollback', { key: 'a', to: one['sequence'] });
    expect(await ask('query.config.get', { key: 'a', atLeast: back['sequence'] })).toMatchObject({
      value: '1',
    });
  });

  it('changes several keys or none, under schemas, overrides and gray releases', async () => {
    await ask('command.config.schema', { key: 'n', schema: { type: 'integer' } });
    const changes = [
      { key: 'm', value: 'x' },
      { key: 'n', value: 'x' },
    ];
    expect(codeOf(await ask('command.config.batch', { changes }))).toBe('ROLLCALL_CONFIG_INVALID');
    expect(codeOf(await ask('query.config.get', { key: 'm' }))).toBe('ROLLCALL_NOT_FOUND');
    await ask('command.config.set', { key: 'n', value: 1 });
    await ask('command.config.overrides', {
      key: 'n',
      overrides: [{ name: 'z', match: { zone: 'b' }, value: 2 }],
    });
    const gray = await ask('command.config.gray', { key: 'n', value: 3, to: { percent: 100 } });
    const seenIn = async (zone: string) => {
      const reader = { instance: 'orders-1', zone };
      const { keys } = await ask('query.config.effective', { reader, atLeast: gray['sequence'] });
      return (keys as { key: string; value: string }[]).find(({ key }) => key === 'n')?.value;
    };
    expect([await seenIn('a'), await seenIn('b')]).toEqual(['3', '2']);
  });

  it('that nobody knows is answered with what there is', async () => {
    expect(codeOf(await ask('command.config.explode', {}))).toBe('ROLLCALL_SUBJECT_INVALID');
    expect(codeOf(await ask('query.config.get', { key: 'a', colour: 'red' }))).toBe('ROLLCALL_QUERY_INVALID');
  });
});
