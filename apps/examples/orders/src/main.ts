import 'reflect-metadata';
import { Controller, Get, Inject, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProxy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { firstValueFrom } from 'rxjs';
import {
  HttpCaller,
  InjectService,
  type InstanceChange,
  OnInstanceChange,
  RollcallLifecycle,
  RollcallModule,
  TracingInterceptor,
} from '#nest';
import { RollcallClientsModule } from '#nest-clients';
import { OneLineLogger } from '../../shared/one-line-logger.js';
import { settings } from '../../shared/settings.js';

/** What payments answers to `fee`. */
interface Quote {
  readonly fee: number;
  readonly instance: string;
}

@Controller()
class OrdersController {
  readonly #logger = new Logger('orders');

  constructor(
    @InjectService('payments') private readonly payments: HttpCaller,
    @Inject('PAYMENTS') private readonly messages: ClientProxy,
    @Inject(RollcallLifecycle) private readonly rollcall: RollcallLifecycle,
  ) {}

  /** Asks payments over HTTP and by a message over TCP; reports who answered and how fresh our knowledge is. */
  @Get()
  async order() {
    const answer = await this.payments.get('/');
    const quote = await firstValueFrom(this.messages.send<Quote>('fee', 700));
    return {
      service: 'orders',
      instance: this.rollcall.registration?.record.instance,
      position: answer.sequence,
      isStale: answer.isStale,
      paidBy: answer.json(),
      quote,
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
    // Asking for a fee changes nothing: it may be asked again when an instance dies before it has answered.
    RollcallClientsModule.register([{ name: 'PAYMENTS', service: 'payments', idempotent: ['fee'] }]),
  ],
  controllers: [OrdersController],
})
class OrdersModule {}

const app = await NestFactory.create<NestFastifyApplication>(OrdersModule, new FastifyAdapter(), {
  logger: new OneLineLogger('orders'),
});
app.useGlobalInterceptors(new TracingInterceptor());
app.enableShutdownHooks();
await app.listen(settings.port, '127.0.0.1');
