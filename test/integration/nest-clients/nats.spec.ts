import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { type ClientProxy, NatsRecordBuilder, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { NatsInstanceServer, RollcallClientProxy } from '#nest-clients';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';
import { type MessageService, startNatsService } from './stand.js';

let registry: TestRegistry;
const running: { stop(): Promise<unknown> }[] = [];
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(() => registry.stop());

async function serviceOf(service: string, instance: string): Promise<MessageService> {
  const client = await registry.client();
  const subject = `svc.${service}.${instance}`;
  const options = { strategy: new NatsInstanceServer({ ...registry.broker.connection, subject }) };
  const started = await startNatsService(client, { service, instance, options, subject });
  running.push(started, { stop: () => client.close() });
  return started;
}

async function proxyTo(service: string, options = {}, subjects: 'prefixed' | 'bare' = 'prefixed') {
  const client = await registry.client();
  const nats = { options: registry.broker.connection, subjects };
  const proxy = new RollcallClientProxy(client, service, { nats, ...options });
  await proxy.connect();
  running.push({ stop: () => proxy.close().then(() => client.close()) });
  return proxy;
}

const ask = (proxy: ClientProxy, pattern: unknown = 'who', data: unknown = {}) =>
  firstValueFrom(proxy.send<unknown>(pattern, data));

describe('send() over NATS by the name of a service', () => {
  it('asks the instance it chose, each on a subject of its own', async () => {
    await serviceOf('pair', 'pair-1');
    await serviceOf('pair', 'pair-2');
    const proxy = await proxyTo('pair');
    const answers = new Set<unknown>();
    await eventually(async () => answers.add(await ask(proxy)).size === 2, 'both answer');
    expect(await ask(proxy, 'echo', [1])).toEqual([1]);
    const only = await proxyTo('pair', { instance: 'pair-2' });
    expect(await Promise.all([ask(only), ask(only), ask(only)])).toEqual(Array(3).fill('pair-2'));
    await expect(ask(proxy, 'refuse')).rejects.toEqual({ status: 'error', message: 'not today' });
  });

  it('asks another when nobody listens any more on the subject of one', async () => {
    await serviceOf('widow', 'widow-1');
    const gone = await serviceOf('widow', 'widow-2');
    const proxy = await proxyTo('widow');
    // It stays registered, and does not answer: as after a crash, before anybody has noticed.
    await gone.app.close();
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(proxy)));
    expect(new Set(answers)).toEqual(new Set(['widow-1']));
    await expect(ask(proxy, 'unheard-of')).rejects.toThrow(/nobody listens on its subject/);
  });

  it('leaves the choice to the broker where plain Nest servers listen in a queue group', async () => {
    const client = await registry.client();
    const options = {
      transport: Transport.NATS as const,
      options: { ...registry.broker.connection, queue: 'q' },
    };
    for (const instance of ['plain-1', 'plain-2']) {
      const order = { service: 'plain', instance, options, subject: 'plain' };
      running.push(await startNatsService(client, order));
    }
    running.push({ stop: () => client.close() });
    const proxy = await proxyTo('plain', {}, 'bare');
    const answers = new Set<unknown>();
    await eventually(async () => answers.add(await ask(proxy)).size === 2, 'both answer');
    expect(answers).toEqual(new Set(['plain-1', 'plain-2']));
  });

  it('carries headers of a record, beside its own', async () => {
    const seen: MsgHdrs[] = [];
    await serviceOf('headed', 'headed-1');
    const proxy = await proxyTo('headed');
    registry.store.connection.subscribe('svc.headed.headed-1.echo', {
      callback: (_error, message) => void (message.headers && seen.push(message.headers)),
    });
    await registry.store.connection.flush();
    const own = headers();
    own.set('tenant', 'acme');
    expect(await ask(proxy, 'echo', new NatsRecordBuilder({ a: 1 }).setHeaders(own).build())).toEqual({
      a: 1,
    });
    await eventually(() => seen.length === 1, 'the message was seen');
    expect(seen[0]?.get('tenant')).toBe('acme');
  });
});
