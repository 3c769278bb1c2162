import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { Controller, Get, Inject, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsString } from 'class-validator';
import {
  ConfigKey,
  OnConfigChange,
  RollcallConfigModule,
  RollcallLifecycle,
  RollcallModule,
  TracingInterceptor,
} from '#nest';
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

  /** Over HTTP: says which instance answered. */
  @Get()
  answer() {
    return { service: 'payments', greeting: this.config.greeting, instance: this.#instance };
  }

  /** Over TCP: what a payment of so many cents costs. */
  @MessagePattern('fee')
  fee(@Payload() cents: number) {
    return { fee: Math.ceil(cents / 100), instance: this.#instance };
  }

  get #instance(): string {
    return this.rollcall.registration?.record.instance ?? 'not registered yet';
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
app.useGlobalInterceptors(new TracingInterceptor());
app.enableShutdownHooks();
const tcp = app.connectMicroservice<MicroserviceOptions>(
  { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
  { inheritAppConfig: true },
);
await app.startAllMicroservices();
const { port } = tcp.unwrap<Server>().address() as AddressInfo;
app.get(RollcallLifecycle).addEndpoint({ name: 'tcp', protocol: 'tcp', port });
await app.listen(settings.port, '127.0.0.1');
