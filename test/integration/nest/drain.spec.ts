import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { RollcallLifecycle, RollcallModule } from '#nest';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';

const SERVED_MS = 700;

@Controller()
class SlowController {
  @Get()
  async answer(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, SERVED_MS));
    return 'served';
  }
}

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

describe('a Nest app that is told to stop while it serves a request', () => {
  it('drains, answers the request, and only then says good-bye', async () => {
    const { url, user, password } = registry.broker;
    @Module({
      imports: [
        RollcallModule.forRoot({
          url,
          user,
          password,
          drainMs: 50,
          register: { service: 'slow-shop', instance: 'slow-shop-1', version: '1.0.0' },
        }),
      ],
      controllers: [SlowController],
    })
    class AppModule {}
    const told: [what: string, atMs: number][] = [];
    const watcher = await registry.client();
    await watcher.watch('slow-shop', (event) => {
      if (event.type !== 'change') return;
      const { record } = event.change;
      told.push([record.departure ?? record.status, performance.now()]);
    });
    const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
      logger: false,
    });
    app.enableShutdownHooks();
    await app.listen(0, '127.0.0.1');
    await eventually(() => app.get(RollcallLifecycle).registration?.record.status === 'up', 'the app is up');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const sinceMs = performance.now();
    const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
    await new Promise((resolve) => setTimeout(resolve, 100));
    await app.close();
    await eventually(() => told.at(-1)?.[0] === 'deregistered', 'it is gone');
    await expect(answer).resolves.toBe('served');
    expect(told.map(([what]) => what)).toEqual(['starting', 'up', 'draining', 'deregistered']);
    expect((told[2]?.[1] ?? 0) - sinceMs).toBeLessThan(400);
    expect((told[3]?.[1] ?? 0) - sinceMs).toBeGreaterThanOrEqual(SERVED_MS - 20);
  });
});
