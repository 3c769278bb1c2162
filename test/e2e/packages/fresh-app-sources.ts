/** A Nest app as its author would write it, knowing nothing of this repository. */
const main = `
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type InstanceChange, OnInstanceChange, RollcallClient, RollcallLifecycle, RollcallModule } from '@rollcall/nest';

@Controller()
class GreetingController {
  private heard: string[] = [];

  constructor(private readonly rollcall: RollcallClient, private readonly lifecycle: RollcallLifecycle) {}

  @Get()
  async greet() {
    const sequence: number = this.lifecycle.registration?.sequence ?? 0;
    const found = await this.rollcall.discover('greeter', { atLeast: sequence });
    return { found: found.instances.map(({ instance, status }) => instance + ' ' + status), heard: this.heard };
  }

  @OnInstanceChange('greeter')
  onGreeter({ change, record }: InstanceChange): void {
    this.heard.push(change + ' ' + record.status);
  }
}

@Module({
  imports: [
    RollcallModule.forRootAsync({
      useFactory: () => ({
        url: process.env['NATS_URL'],
        user: process.env['NATS_USER'],
        password: process.env['NATS_PASSWORD'],
        env: process.env,
        drainMs: 100,
        register: { service: 'greeter', version: '1.0.0', lease: 'local' as const, metadata: { from: 'a tarball' } },
      }),
    }),
  ],
  controllers: [GreetingController],
})
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
if (process.env['SHUTDOWN_HOOKS'] === 'yes') app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
`;

/** Types are part of the packages: what is wrong must not compile, and nothing may silently be \`any\`. */
const types = `
import { isRollcallError, type RollcallError } from '@rollcall/client/contracts';
import { RollcallClient, type Discovered } from '@rollcall/client';
import { RollcallModule } from '@rollcall/nest';

export async function plain(): Promise<number> {
  const client = await RollcallClient.connect({ url: 'nats://127.0.0.1:4222' });
  const found: Discovered = await client.discover('orders');
  // @ts-expect-error an instance has no colour
  found.instances[0]?.colour;
  // @ts-expect-error a version is required
  await client.register({ service: 'orders' });
  // @ts-expect-error "asleep" is no status
  await client.register({ service: 'orders', version: '1.0.0', status: 'asleep' });
  try {
    await client.register({ service: 'orders', version: 'one' });
  } catch (error) {
    if (isRollcallError(error, 'ROLLCALL_RECORD_INVALID')) return (error satisfies RollcallError).action.length;
  }
  const port: number | undefined = found.instances[0]?.endpoints[0]?.port;
  return port ?? 0;
}

// @ts-expect-error the module takes no such option
RollcallModule.forRoot({ registers: true });
`;

export const freshAppSources = { 'main.ts': main, 'types.ts': types };
