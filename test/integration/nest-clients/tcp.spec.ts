import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { RollcallModule } from '#nest';
import { RollcallClientProxy, RollcallClientsModule } from '#nest-clients';
import { freePort } from '#testkit';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';
import { type MessageService, startTcpService } from './stand.js';

let registry: TestRegistry;
const running: { stop(): Promise<unknown> }[] = [];
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(() => registry.stop());

async function services(service: string, count: number): Promise<MessageService[]> {
  const client = await registry.client();
  const started = await Promise.all(
    Array.from({ length: count }, (_, index) => startTcpService(client, service, `${service}-${index + 1}`)),
  );
  running.push(...started, { stop: () => client.close() });
  return started;
}

async function proxyTo(service: string, options = {}, count = 0): Promise<RollcallClientProxy> {
  const client = await registry.client();
  const proxy = new RollcallClientProxy(client, service, options);
  await proxy.connect();
  await eventually(
    async () => (await client.discover(service)).instances.length >= count,
    'the view shows them all',
  );
  running.push({ stop: () => proxy.close().then(() => client.close()) });
  return proxy;
}

const ask = (proxy: ClientProxy, pattern: unknown = 'who', data: unknown = {}) =>
  firstValueFrom(proxy.send<unknown>(pattern, data));

/** Somebody who takes connections and is no Nest server. */
async function stranger(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({ stop: () => new Promise((resolve) => server.close(resolve)) });
  return (server.address() as { port: number }).port;
}

async function registerAt(service: string, port: number): Promise<void> {
  const client = await registry.client();
  const endpoints = [{ name: 'tcp', protocol: 'tcp' as const, address: '127.0.0.1', port }];
  await client.register({ service, instance: `${service}-odd`, version: '1.0.0', status: 'up', endpoints });
  running.push({ stop: () => client.close() });
}

describe('send() over TCP by the name of a service', () => {
  it('needs nothing but another registration in a Nest app, and reaches every instance', async () => {
    await services('shared', 3);
    const { url, user, password } = registry.broker;
    @Injectable()
    class Caller {
      constructor(@Inject('SHARED') readonly shared: ClientProxy) {}
    }
    @Module({
      imports: [
        RollcallModule.forRoot({ url, user, password }),
        RollcallClientsModule.register([{ name: 'SHARED', service: 'shared' }]),
      ],
      providers: [Caller],
    })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const { shared } = app.get(Caller);
    await eventually(async () => (await shared.connect(), true), 'the view');
    const answers = new Set<unknown>();
    await eventually(async () => answers.add(await ask(shared)).size === 3, 'all three answer');
    await app.close();
    await expect(ask(shared)).rejects.toThrow(/was closed with its app/);
  });

  it('passes on streams of values, payloads, and what handlers throw', async () => {
    const [only] = await services('words', 1);
    const proxy = await proxyTo('words', {}, 1);
    expect(await lastValueFrom(proxy.send({ cmd: 'many' }, {}).pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await ask(proxy, 'echo', { deep: ['ä', null] })).toEqual({ deep: ['ä', null] });
    await expect(ask(proxy, 'refuse')).rejects.toEqual({ status: 'error', message: 'not today' });
    await expect(ask(proxy, 'unheard-of')).rejects.toMatch(/no matching message handler/);
    expect(only?.called).toEqual(['many', 'refuse']);
    expect(proxy.service.explain().candidates).toHaveLength(1);
  });

  it('sends events to one of them', async () => {
    const [first, second] = await services('notes', 2);
    const proxy = await proxyTo('notes', {}, 2);
    await lastValueFrom(proxy.emit('note', {}), { defaultValue: undefined });
    await eventually(() => first?.called.length === 1 || second?.called.length === 1, 'one heard it');
    expect([...(first?.called ?? []), ...(second?.called ?? [])]).toEqual(['note']);
  });
});

describe('an instance that cannot be reached', () => {
  it('costs the caller nothing while another lives: its connection refused, messages go elsewhere at once', async () => {
    await services('half', 1);
    await registerAt('half', await freePort());
    const proxy = await proxyTo('half', {}, 2);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(proxy)));
    expect(new Set(answers)).toEqual(new Set(['half-1']));
  });

  it('that closes connections at work is not asked again what may have arrived, unless that is safe', async () => {
    let closed = 0;
    const port = await stranger((socket) => socket.on('data', () => (closed++, socket.destroy())));
    await registerAt('rude', port);
    const careful = await proxyTo('rude', { timeoutMs: 2_000 }, 1);
    await expect(ask(careful)).rejects.toThrow(/ROLLCALL_CALL_FAILED.*may have arrived, and is not repeated/);
    expect(closed).toBe(1);
    const bold = await proxyTo('rude', { timeoutMs: 2_000, idempotent: ['who'], attemptsMax: 2 }, 1);
    await expect(ask(bold)).rejects.toThrow(/ROLLCALL_CALL_FAILED/);
    expect(closed).toBe(3);
  });

  it('that hangs fails after its time, and another is asked where that is safe', async () => {
    const [first, second] = await services('slow', 2);
    const careful = await proxyTo('slow', { attemptTimeoutMs: 100 }, 2);
    await expect(ask(careful, 'hang')).rejects.toThrow(/no answer in 100 ms.*not repeated/);
    const bold = await proxyTo('slow', { attemptTimeoutMs: 100, timeoutMs: 5_000, idempotent: true }, 2);
    await expect(ask(bold, 'hang')).rejects.toThrow(/ROLLCALL_CALL_FAILED/);
    expect([...(first?.called ?? []), ...(second?.called ?? [])].length).toBeGreaterThanOrEqual(3);
  });

  it('that talks nonsense is an error of the call, and not of the process', async () => {
    const port = await stranger((socket) => socket.on('data', () => socket.write('this is no frame#')));
    await registerAt('babble', port);
    const proxy = await proxyTo('babble', { timeoutMs: 1_000 }, 1);
    await expect(ask(proxy)).rejects.toThrow(/ROLLCALL_CALL_(FAILED|TIMEOUT)/);
  });

  it('is told in words when nobody is left: what is known of whom', async () => {
    const proxy = await proxyTo('nobody', { timeoutMs: 300 });
    await expect(ask(proxy)).rejects.toMatchObject({ code: 'ROLLCALL_SERVICE_UNKNOWN' });
    await registerAt('gone', await freePort());
    const gone = await proxyTo('gone', { timeoutMs: 300 }, 1);
    await expect(ask(gone)).rejects.toMatchObject({
      code: expect.stringMatching(/CALL_(FAILED|TIMEOUT)/),
      details: { attempts: expect.arrayContaining([{ instance: 'gone-odd', result: expect.any(String) }]) },
    });
  });
});

describe('a message', () => {
  it('that is too large is refused before it is sent, and disturbs no other', async () => {
    await services('bounded', 1);
    const proxy = await proxyTo('bounded', { messageBytesMax: 1_000 }, 1);
    const others = Array.from({ length: 10 }, () => ask(proxy));
    await expect(ask(proxy, 'echo', 'x'.repeat(2_000))).rejects.toThrow(
      /RECORD_TOO_LARGE: the message for "echo" has 2002 bytes; at most 1000/,
    );
    expect(await Promise.all(others)).toEqual(Array(10).fill('bounded-1'));
  });

  it('nobody waits for any more is given up, and speaks against nobody', async () => {
    const [only] = await services('patience', 1);
    const proxy = await proxyTo('patience', {}, 1);
    const subscription = proxy.send('hang', {}).subscribe();
    await eventually(() => only?.called.includes('hang') === true, 'it hangs');
    subscription.unsubscribe();
    expect(await ask(proxy)).toBe('patience-1');
    expect(proxy.service.pick().inFlight).toBe(0);
  });
});
