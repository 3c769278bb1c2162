import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplicationContext, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import {
  type InstanceChange,
  OnInstanceChange,
  RollcallClient,
  RollcallLifecycle,
  RollcallModule,
  type RollcallModuleOptions,
} from '#nest';
import { openRegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker } from '#testkit';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';

let registry: TestRegistry;
const open: INestApplicationContext[] = [];
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});
afterAll(() => registry.stop());

const access = () => ({
  url: registry.broker.url,
  user: registry.broker.user,
  password: registry.broker.password,
});

function moduleWith(options: Partial<RollcallModuleOptions>, extra: ModuleMetadata = {}) {
  @Module({ imports: [RollcallModule.forRoot({ ...access(), drainMs: 50, ...options })], ...extra })
  class AppModule {}
  return AppModule;
}

async function httpApp(options: Partial<RollcallModuleOptions>, extra: ModuleMetadata = {}) {
  const app = await NestFactory.create<NestFastifyApplication>(
    moduleWith(options, extra),
    new FastifyAdapter(),
    { logger: false },
  );
  app.enableShutdownHooks();
  open.push(app);
  return app;
}

/** Statuses of a service's instances, in the order they were told. */
async function statusesOf(service: string): Promise<string[]> {
  const told: string[] = [];
  const watcher = await registry.client();
  await watcher.watch(service, (event) => {
    if (event.type === 'change')
      told.push(
        event.change.change === 'removed' ? `gone: ${event.change.cause.reason}` : event.change.record.status,
      );
  });
  return told;
}

describe('a Nest HTTP app with RollcallModule', () => {
  it('registers as starting, is up with the port it really listens on, drains and leaves with the signal as the reason', async () => {
    const told = await statusesOf('shop');
    const app = await httpApp({ register: { service: 'shop', instance: 'shop-1', version: '1.0.0' } });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    await eventually(() => told.includes('up'), 'shop is up');
    const { record } = app.get(RollcallLifecycle).registration ?? {};
    expect(record?.endpoints).toEqual([{ name: 'http', protocol: 'http', address: '127.0.0.1', port }]);
    await app.close();
    await eventually(() => told.length === 4, 'shop has left');
    expect(told).toEqual(['starting', 'up', 'draining', 'gone: the application was closed']);
  });

  it('takes host name and real port for its id when it is given none', async () => {
    const app = await httpApp({
      register: { service: 'unnamed', version: '1.0.0' },
      env: { HOSTNAME: 'Pod_7' },
    });
    await app.listen(0, '0.0.0.0');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const lifecycle = app.get(RollcallLifecycle);
    await eventually(() => lifecycle.registration?.record.status === 'up', 'the app is up');
    expect(lifecycle.registration?.record).toMatchObject({
      instance: `pod-7-${port}`,
      endpoints: [{ port, address: '127.0.0.1' }],
    });
  });

  it('tells others the address and port of the environment when a port is mapped', async () => {
    const env = { ROLLCALL_ADVERTISE_ADDRESS: 'shop.example.org', ROLLCALL_ADVERTISE_PORT: '443' };
    const app = await httpApp({
      env,
      register: { service: 'mapped', version: '1.0.0', http: { protocol: 'https', path: '/api' } },
    });
    await app.listen(0, '127.0.0.1');
    const lifecycle = app.get(RollcallLifecycle);
    await eventually(() => lifecycle.registration?.record.status === 'up', 'the app is up');
    expect(lifecycle.registration?.record.endpoints).toEqual([
      { name: 'http', protocol: 'https', address: 'shop.example.org', port: 443, path: '/api' },
    ]);
  });

  it('refuses to start with a version that is none', async () => {
    const app = await httpApp({ register: { service: 'shop', version: 'latest' } });
    await expect(app.init()).rejects.toMatchObject({
      code: 'ROLLCALL_RECORD_INVALID',
      message: expect.stringContaining('"latest"'),
    });
  });

  it('stays starting until the app says otherwise, when asked to', async () => {
    const told = await statusesOf('slow');
    const app = await httpApp({
      register: { service: 'slow', instance: 'slow-1', version: '1.0.0', upWhen: 'manual' },
    });
    await app.listen(0, '127.0.0.1');
    await eventually(() => told.length > 0, 'slow is registered');
    expect(told).toEqual(['starting']);
    await app.get(RollcallLifecycle).up();
    await eventually(() => told.length > 1, 'slow is up');
    expect(told).toEqual(['starting', 'up']);
  });
});

describe('a Nest app whose registry is late or gone', () => {
  it('serves all the same, and is registered once the registry is there', async () => {
    const broker = await startTestBroker();
    const { url, user, password } = broker;
    const options = {
      url,
      user,
      password,
      register: { service: 'early', instance: 'early-1', version: '1.0.0' },
    };
    const app = await httpApp(options);
    await app.listen(0, '127.0.0.1');
    const lifecycle = app.get(RollcallLifecycle);
    expect(lifecycle.registration).toBeUndefined();
    const connection = await connectBroker({ url, user, password });
    await openRegistryStore({ connection });
    await eventually(() => lifecycle.registration?.record.status === 'up', 'the app is up');
    await app.close();
    await connection.close();
    await broker.stop();
  });

  it('ends within seconds when there is no broker to say good-bye to', async () => {
    const broker = await startTestBroker();
    const { url, user, password } = broker;
    const connection = await connectBroker({ url, user, password });
    await openRegistryStore({ connection });
    const app = await httpApp({
      url,
      user,
      password,
      register: { service: 'late', instance: 'late-1', version: '1.0.0' },
    });
    await app.listen(0, '127.0.0.1');
    const lifecycle = app.get(RollcallLifecycle);
    await eventually(() => lifecycle.registration?.record.status === 'up', 'the app is up');
    await connection.close();
    await broker.kill();
    const since = performance.now();
    await app.close();
    expect(performance.now() - since).toBeLessThan(6_000);
    await broker.stop();
  });
});

describe('@OnInstanceChange', () => {
  it('calls the methods of any provider with the changes of that service, and goes on when one fails', async () => {
    const heard: InstanceChange[] = [];
    @Injectable()
    class Listener {
      @OnInstanceChange('payments')
      onPayments(change: InstanceChange): void {
        heard.push(change);
        if (change.change === 'added') throw new Error('a mistake of the app');
      }
    }
    const app = await httpApp({}, { providers: [Listener] });
    await app.init();
    await eventually(
      () =>
        app
          .get(RollcallClient)
          .status()
          .views.some(({ position }) => position > 0),
      'the view is followed',
    );
    const payments = await registry.client();
    const registration = await payments.register({
      service: 'payments',
      instance: 'p-1',
      version: '2.0.0',
      lease: 'none',
    });
    await registration.deregister('done');
    await eventually(() => heard.length === 2, 'both changes were told');
    expect(heard.map(({ change }) => change)).toEqual(['added', 'removed']);
  });
});

describe('a Nest microservice without an HTTP server', () => {
  it('is up with the endpoints it names once it is bootstrapped, and is configured asynchronously', async () => {
    @Module({
      imports: [
        RollcallModule.forRootAsync({
          useFactory: () => ({
            ...access(),
            drainMs: 50,
            register: {
              service: 'mailer',
              instance: 'mailer-1',
              version: '1.0.0',
              endpoints: [{ name: 'rpc', protocol: 'nats' as const, subject: 'mailer.send' }],
            },
          }),
        }),
      ],
    })
    class MailerModule {}
    const { user, password, url } = access();
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(MailerModule, {
      transport: Transport.NATS,
      options: { servers: [url], user, pass: password },
      logger: false,
    });
    open.push(app);
    await app.listen();
    const lifecycle = app.get(RollcallLifecycle);
    await eventually(() => lifecycle.registration?.record.status === 'up', 'the mailer is up');
    expect(lifecycle.registration?.record.endpoints).toEqual([
      { name: 'rpc', protocol: 'nats', subject: 'mailer.send' },
    ]);
  });
});
