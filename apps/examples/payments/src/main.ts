import 'reflect-metadata';
import { Controller, Get, Inject, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsString } from 'class-validator';
import { ConfigKey, OnConfigChange, RollcallConfigModule, RollcallLifecycle, RollcallModule } from '#nest';
import { OneLineLogger } from '../../shared/one-line-logger.js';
import { settings } from '../../shared/settings.js';

/** Read live: `npm run rollcall -- config set payments greeting "good evening"`. */
class PaymentsConfig {
  @ConfigKey()
  @IsString()
  greeting: string = 'hello';
}

@Controller()
class PaymentsController {
  readonly #logger = new Logger('Config');

  constructor(
    @Inject(RollcallLifecycle) private readonly rollcall: RollcallLifecycle,
    @Inject(PaymentsConfig) private readonly config: PaymentsConfig,
  ) {}

  @OnConfigChange(PaymentsConfig)
  onConfig(): void {
    this.#logger.log(`greeting is now ${JSON.stringify(this.config.greeting)}`);
  }

  /** Says which instance answered. */
  @Get()
  answer() {
    return {
      service: 'payments',
      greeting: this.config.greeting,
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
    RollcallConfigModule.forFeature(PaymentsConfig, { application: 'payments' }),
  ],
  controllers: [PaymentsController],
})
class PaymentsModule {}

const app = await NestFactory.create<NestFastifyApplication>(PaymentsModule, new FastifyAdapter(), {
  logger: new OneLineLogger('payments'),
});
app.enableShutdownHooks();
await app.listen(settings.port, '127.0.0.1');
