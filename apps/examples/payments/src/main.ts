import 'reflect-metadata';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RollcallLifecycle, RollcallModule } from '#nest';
import { OneLineLogger } from '../../shared/one-line-logger.js';
import { settings } from '../../shared/settings.js';

@Controller()
class PaymentsController {
  constructor(@Inject(RollcallLifecycle) private readonly rollcall: RollcallLifecycle) {}

  /** Says which instance answered. */
  @Get()
  answer() {
    return {
      service: 'payments',
      instance: this.rollcall.registration?.record.instance ?? 'not registered yet',
    };
  }
}

@Module({
  imports: [
    RollcallModule.forRoot({
      ...settings.registry,
      env: settings.env,
      drainMs: 500,
      register: { service: 'payments', version: settings.version, lease: 'local', tags: ['example'] },
    }),
  ],
  controllers: [PaymentsController],
})
class PaymentsModule {}

const app = await NestFactory.create<NestFastifyApplication>(PaymentsModule, new FastifyAdapter(), {
  logger: new OneLineLogger('payments'),
});
app.enableShutdownHooks();
await app.listen(settings.port, '127.0.0.1');
