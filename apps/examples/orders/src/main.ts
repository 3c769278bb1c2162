import 'reflect-metadata';
import { Controller, Get, Inject, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  HttpCaller,
  InjectService,
  type InstanceChange,
  OnInstanceChange,
  RollcallLifecycle,
  RollcallModule,
} from '#nest';
import { OneLineLogger } from '../../shared/one-line-logger.js';
import { settings } from '../../shared/settings.js';

@Controller()
class OrdersController {
  readonly #logger = new Logger('orders');

  constructor(
    @InjectService('payments') private readonly payments: HttpCaller,
    @Inject(RollcallLifecycle) private readonly rollcall: RollcallLifecycle,
  ) {}

  /** Asks one payments instance, and reports who answered and how fresh our knowledge of them is. */
  @Get()
  async order() {
    const answer = await this.payments.get('/');
    return {
      service: 'orders',
      instance: this.rollcall.registration?.record.instance,
      position: answer.sequence,
      isStale: answer.isStale,
      paidBy: answer.json(),
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
      ...settings.registry,
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
