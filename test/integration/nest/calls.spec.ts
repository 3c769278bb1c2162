import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProxy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { firstValueFrom } from 'rxjs';
import { HttpCaller, InjectService, RollcallModule } from '#nest';
import { RollcallClientsModule } from '#nest-clients';
import { startTestRegistry, type TestRegistry } from '../client/registry.js';
import { type MessageService, startTcpService } from '../nest-clients/stand.js';

const TIMEOUT_HEADER = 'x-rollcall-timeout-ms';

@Controller()
class Front {
  constructor(
    @InjectService('backend', { attemptsMax: 1 }) private readonly backend: HttpCaller,
    @Inject('MESSAGES') private readonly messages: ClientProxy,
  ) {}

  @Get('ask')
  async ask(): Promise<string> {
    return (await this.backend.get('/quick')).text();
  }

  @Get('slow')
  async slow(): Promise<string> {
    return this.backend.get('/slow').then(
      (answer) => answer.text(),
      (error: Error) => error.message,
    );
  }

  @Get('who')
  who(): Promise<string> {
    return firstValueFrom(this.messages.send<string>('who', {}));
  }
}

let registry: TestRegistry;
let backend: Server;
let messages: MessageService;
let app: NestFastifyApplication;
let url: string;
const asked: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  registry = await startTestRegistry();
  backend = createServer((request, response) => {
    asked.push(request.headers);
    if (request.url === '/quick') response.end('backend');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const provider = await registry.client();
  const { port } = backend.address() as AddressInfo;
  const endpoints = [{ name: 'http', protocol: 'http' as const, address: '127.0.0.1', port }];
  await provider.register({ service: 'backend', instance: 'backend-1', version: '1.0.0', endpoints });
  messages = await startTcpService(provider, 'messages', 'messages-1');
  const { user, password } = registry.broker;
  @Module({
    imports: [
      RollcallModule.forRoot({ url: registry.broker.url, user, password }),
      RollcallClientsModule.register([{ name: 'MESSAGES', service: 'messages' }]),
    ],
    controllers: [Front],
  })
  class AppModule {}
  app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await messages.stop();
  backend.closeAllConnections();
  backend.close();
  await registry.stop();
});

const get = async (path: string, timeoutMs: string): Promise<string> =>
  (await fetch(`${url}/${path}`, { headers: { [TIMEOUT_HEADER]: timeoutMs } })).text();

describe('a handler of a Nest app that calls services', () => {
  it('is given a caller by @InjectService, and passes on how long its own caller waits', async () => {
    expect(await get('ask', '700')).toBe('backend');
    const passedOn = Number(asked.at(-1)?.[TIMEOUT_HEADER]);
    expect(passedOn).toBeGreaterThan(0);
    expect(passedOn).toBeLessThanOrEqual(700);
    expect(await get('ask', 'soon')).toBe('backend');
    expect(asked.at(-1)?.[TIMEOUT_HEADER]).toBe('3000');
  });

  it('does not wait for an answer its own caller waits for no longer', async () => {
    const sinceMs = performance.now();
    expect(await get('slow', '200')).toContain('ROLLCALL_CALL_TIMEOUT');
    expect(performance.now() - sinceMs).toBeLessThan(2_000);
  });

  it('passes it on with messages, too', async () => {
    expect(await get('who', '700')).toBe('messages-1');
    const metadata = messages.metadata.at(-1) as Record<string, string>;
    expect(Number(metadata[TIMEOUT_HEADER])).toBeLessThanOrEqual(700);
    expect(Number(metadata[TIMEOUT_HEADER])).toBeGreaterThan(0);
  });
});
