import 'reflect-metadata';
import { Controller, Get, Inject, Logger, Module, ServiceUnavailableException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type InstanceChange,
  OnInstanceChange,
  RollcallClient,
  RollcallLifecycle,
  RollcallModule,
} from '#nest';
import { OneLineLogger } from './one-line-logger.js';
import { settings } from './settings.js';

@Controller()
class OrdersController {
  readonly #logger = new Logger('orders');
  #turn = 0;

  constructor(
    @Inject(RollcallClient) private readonly client: RollcallClient,
    @Inject(RollcallLifecycle) private readonly rollcall: RollcallLifecycle,
  ) {}

  /** Asks one payments instance, each in turn, and reports who answered. */
  @Get()
  async order() {
    const { instances, position } = await this.client.discover('payments');
    const up = instances.filter(({ status }) => status === 'up');
    const chosen = up[this.#turn++ % Math.max(1, up.length)];
    const endpoint = chosen?.endpoints[0];
    if (endpoint === undefined) throw new ServiceUnavailableException('no payments instance is up');
    const reply = await fetch(`http://${endpoint.address}:${endpoint.port}/`, {
      signal: AbortSignal.timeout(2_000),
    });
    return {
      service: 'orders',
      instance: this.rollcall.registration?.record.instance,
      position,
      paidBy: await reply.json(),
    };
  }

  @OnInstanceChange('payments')
  onPayments({ change, record, cause }: InstanceChange): void {
    const why = cause.reason === undefined ? '' : ` (${cause.reason})`;
    this.#logger.log(`payments ${record.instance} ${change}: ${record.status}${why}`);
  }
}

@Module({
  imports: [
    RollcallModule.forRoot({
      ...settings.broker,
      env: settings.env,
      drainMs: 500,
      register: { service: 'orders', version: '1.0.0', lease: 'local', tags: ['example'] },
    }),
  ],
  controllers: [OrdersController],
})
class OrdersModule {}

const app = await NestFactory.create<NestFastifyApplication>(OrdersModule, new FastifyAdapter(), {
  logger: new OneLineLogger('orders'),
});
app.enableShutdownHooks();
await app.listen(settings.port, '127.0.0.1');
