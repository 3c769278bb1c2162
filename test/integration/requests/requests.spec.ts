import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { firstValueFrom } from 'rxjs';
import { silentLog } from '#application';
import { readSettings } from '#platform';
import { RegistryNode } from '#server';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
const nodes: RegistryNode[] = [];
/** A bare client: no software of ours. */
let client: NatsConnection;

beforeAll(async () => {
  broker = await startTestBroker();
  const { settings } = readSettings(broker.env);
  for (const name of ['one', 'two']) {
    const node = new RegistryNode({ name, settings, log: silentLog, answers: true });
    await node.join();
    nodes.push(node);
  }
  client = await connect(broker.connection);
});
afterAll(async () => {
  await client.close();
  for (const node of nodes) await node.stop();
  await broker.stop();
});

type Json = Record<string, unknown>;
interface Answer {
  readonly error?: { readonly code: string; readonly details: Json };
  readonly sequence?: number;
  readonly incarnation?: number;
  readonly instances?: readonly Json[];
  readonly [field: string]: unknown;
}

const send = (subject: string, body: unknown): Promise<Msg> =>
  client.request(`rollcall.v1.${subject}`, body instanceof Uint8Array ? body : JSON.stringify(body), {
    timeout: 5_000,
  });
const ask = async (subject: string, body: unknown): Promise<Answer> => (await send(subject, body)).json();

/** Either node may take a command, so both must have come so far. */
async function everywhere(sequence: number | undefined): Promise<void> {
  for (const node of nodes) await node.view?.reached(sequence as number);
}

const names = (instance: string, service = 'orders') => ({ namespace: 'default', service, instance });
const record = {
  version: '1.4.0',
  endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 80 }],
};

describe('a bare NATS client', () => {
  it('registers, and finds what it registered at the sequence it was told', async () => {
    const { sequence, incarnation } = await ask('command.register', {
      ...names('orders-1'),
      ...record,
      tags: ['eu'],
    });
    expect(incarnation).toBe(1);
    const found = await ask('query.instances', {
      namespace: 'default',
      service: 'orders',
      tag: 'eu',
      atLeast: sequence,
    });
    expect(found).toMatchObject({ total: 1, instances: [{ instance: 'orders-1', status: 'up' }] });
    expect(await ask('query.instance', { ...names('orders-1'), atLeast: sequence })).toMatchObject({
      version: '1.4.0',
    });
  });

  it('is told which sequence an answer reflects', async () => {
    const { sequence } = await ask('command.update', {
      ...names('orders-1'),
      weight: 7,
      actor: 'ann',
      reason: 'warm up',
    });
    const message = await send('query.services', { namespace: 'default', atLeast: sequence });
    expect(Number(message.headers?.get('Rollcall-Sequence'))).toBeGreaterThanOrEqual(sequence as number);
    expect(message.json()).toMatchObject({ services: [{ service: 'orders', statuses: { up: 1 } }] });
    const event = await nodes[0]?.joined?.store.journal.at(sequence as number);
    expect([event?.header('ce-actor'), event?.header('ce-reason'), event?.header('ce-source')]).toEqual([
      'ann',
      'warm up',
      '/nats',
    ]);
  });

  it('asks with the same filters as over HTTP, and in pages', async () => {
    const items = ['b-1', 'b-2', 'b-3'].map((instance, index) => ({
      service: 'bulk',
      instance,
      ...record,
      version: `1.${index}.0`,
    }));
    const stored = await ask('command.bulk', {
      namespace: 'default',
      instances: [...items, { service: 'bulk' }],
    });
    expect(stored).toMatchObject({ registered: 3, failed: 1 });
    expect((stored['results'] as Json[])[3]).toMatchObject({ error: { code: 'ROLLCALL_NAME_INVALID' } });
    const atLeast = Math.max(...(stored['results'] as Answer[]).map(({ sequence = 0 }) => sequence));
    const question = {
      namespace: 'default',
      service: 'bulk',
      version: '^1',
      sort: '-version',
      fields: 'instance',
      limit: 2,
      atLeast,
    };
    const page = await ask('query.instances', question);
    expect(page.instances).toEqual([{ instance: 'b-3' }, { instance: 'b-2' }]);
    const rest = await ask('query.instances', { ...question, cursor: page['next'] });
    expect(rest).toMatchObject({ instances: [{ instance: 'b-1' }], total: 3 });
    expect(rest).not.toHaveProperty('next');
  });

  it('drains, evicts and lifts', async () => {
    await everywhere((await ask('command.register', { ...names('ops-1', 'ops'), ...record })).sequence);
    const drained = await ask('command.override', {
      ...names('ops-1', 'ops'),
      status: 'draining',
      reason: 'deploy',
    });
    expect(
      await ask('query.instance', { ...names('ops-1', 'ops'), atLeast: drained.sequence }),
    ).toMatchObject({ status: 'draining' });
    await ask('command.lift', names('ops-1', 'ops'));
    const evicted = await ask('command.evict', names('ops-1', 'ops'));
    expect(
      await ask('query.instance', { ...names('ops-1', 'ops'), atLeast: evicted.sequence }),
    ).toMatchObject({ departure: 'evicted' });
  });

  it('renews a lease, and says good-bye', async () => {
    const { sequence } = await ask('command.register', {
      ...names('l-1', 'leased'),
      ...record,
      leaseMs: 10_000,
    });
    await ask('query.instance', { ...names('l-1', 'leased'), atLeast: sequence });
    await everywhere(sequence);
    expect(await ask('command.renew', { ...names('l-1', 'leased'), incarnation: 1 })).toMatchObject({
      incarnation: 1,
    });
    expect(await ask('command.renew', { ...names('l-1', 'leased'), incarnation: 9 })).toMatchObject({
      error: { code: 'ROLLCALL_SUPERSEDED' },
    });
    const gone = await ask('command.deregister', { ...names('l-1', 'leased'), reason: 'done' });
    expect(await ask('query.instance', { ...names('l-1', 'leased'), atLeast: gone.sequence })).toMatchObject({
      departure: 'deregistered',
    });
  });

  it.each([
    ['query.instances', { namespace: 'default', selector: 'a in (b' }, 'ROLLCALL_FILTER_INVALID'],
    ['query.instances', { namespace: 'default', colour: 'red' }, 'ROLLCALL_QUERY_INVALID'],
    ['query.instances', { namespace: 'Default' }, 'ROLLCALL_NAME_INVALID'],
    ['query.instances', { namespace: 'default', atLeast: -1 }, 'ROLLCALL_SEQUENCE_INVALID'],
    ['query.instances', { namespace: 'default', limit: 1e9 }, 'ROLLCALL_FILTER_INVALID'],
    ['query.instances', { namespace: 'default', service: 'nobody' }, 'ROLLCALL_SERVICE_UNKNOWN'],
    ['query.instance', names('nobody'), 'ROLLCALL_NOT_FOUND'],
    ['query.service', { namespace: 'default', service: 'nobody' }, 'ROLLCALL_NOT_FOUND'],
    ['query.everything', {}, 'ROLLCALL_SUBJECT_INVALID'],
    ['query.constructor', {}, 'ROLLCALL_SUBJECT_INVALID'],
    ['command.destroy', {}, 'ROLLCALL_SUBJECT_INVALID'],
    ['command.register', { ...names('x'), version: 'banana', endpoints: [] }, 'ROLLCALL_RECORD_INVALID'],
    ['command.register', { ...names('x'), ...record, colour: 'red' }, 'ROLLCALL_RECORD_INVALID'],
    ['command.update', { ...names('nobody'), weight: 1 }, 'ROLLCALL_NOT_FOUND'],
    ['command.deregister', { ...names('x'), why: 'typo' }, 'ROLLCALL_QUERY_INVALID'],
    ['command.deregister', { ...names('x'), reason: 7 }, 'ROLLCALL_QUERY_INVALID'],
    ['command.bulk', { namespace: 'default', instances: {} }, 'ROLLCALL_BODY_INVALID'],
    ['query.services', Buffer.from('{'), 'ROLLCALL_BODY_INVALID'],
    ['query.services', Buffer.from([0x22, 0xff, 0x22]), 'ROLLCALL_BODY_INVALID'],
    ['query.services', [], 'ROLLCALL_BODY_INVALID'],
    ['query.services', null, 'ROLLCALL_BODY_INVALID'],
  ])('asking %s with %j is answered %s, in the header too', async (subject, body, code) => {
    const message = await send(subject, body);
    expect(message.headers?.get('Rollcall-Error')).toBe(code);
    expect(message.json<Answer>().error).toMatchObject({ code, retryable: false });
  });

  it('gets one answer, however many nodes there are', async () => {
    const inbox = 'answers.here';
    const answers: string[] = [];
    client.subscribe(inbox, { callback: (_error, message) => void answers.push(message.string()) });
    for (let index = 0; index < 50; index += 1)
      client.publish('rollcall.v1.query.namespaces', '', { reply: inbox });
    while (answers.length < 50) await delay(5);
    await send('query.namespaces', {});
    await client.flush();
    expect(answers).toHaveLength(50);
  });

  it('is told when an answer would not fit into a message', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`k${index}`, 'x'.repeat(1_000)]),
    );
    const instances = Array.from({ length: 12 }, (_, index) => ({
      service: 'large',
      instance: `l-${index}`,
      ...record,
      metadata,
    }));
    const halves = [instances.slice(0, 6), instances.slice(6)];
    for (const half of [
      ...halves,
      ...halves.map((items) => items.map((item) => ({ ...item, service: 'larger' }))),
    ]) {
      await ask('command.bulk', { namespace: 'huge', instances: half });
    }
    const { sequence } = await ask('command.register', {
      namespace: 'huge',
      service: 'last',
      instance: 'one',
      ...record,
    });
    const answer = await ask('query.instances', { namespace: 'huge', atLeast: sequence });
    expect(answer.error).toMatchObject({ code: 'ROLLCALL_ANSWER_TOO_LARGE' });
    expect(await ask('query.instances', { namespace: 'huge', limit: 3 })).toMatchObject({ total: 25 });
  });
});

describe('a Nest client', () => {
  it('asks and is refused in its own words', async () => {
    const { servers, user, pass } = broker.connection;
    const proxy = ClientProxyFactory.create({
      transport: Transport.NATS,
      options: { servers, user, pass },
    });
    const asked = proxy.send<Answer>('rollcall.v1.query.services', { namespace: 'nowhere' });
    expect(await firstValueFrom(asked)).toEqual({ namespace: 'nowhere', services: [] });
    const refused = proxy.send('rollcall.v1.command.register', { namespace: 'A' });
    await expect(firstValueFrom(refused)).rejects.toMatchObject({ code: 'ROLLCALL_NAME_INVALID' });
    await proxy.close();
  });
});
