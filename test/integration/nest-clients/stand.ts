import type { AddressInfo, Server } from 'node:net';
import { Controller, type INestMicroservice, Module, type NestInterceptor } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type CustomTransportStrategy,
  Ctx,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  RpcException,
  type TcpContext,
  Transport,
} from '@nestjs/microservices';
import { from } from 'rxjs';
import type { EndpointInput, Registration, RollcallClient } from '#client';

/** An instance of a service that answers message patterns, registered with where it listens. */
export interface MessageService {
  readonly app: INestMicroservice;
  readonly registration: Registration;
  readonly instance: string;
  /** Patterns it was called by, oldest first. */
  readonly called: string[];
  /** Metadata that came with the calls. */
  readonly metadata: unknown[];
  stop(): Promise<void>;
}

/** Handlers that tell who they are, fail in several ways, and count. */
function handlersOf(instance: string, called: string[], metadata: unknown[]) {
  @Controller()
  class Handlers {
    @MessagePattern('who')
    who(@Ctx() context: unknown) {
      called.push('who');
      metadata.push((context as Partial<TcpContext>).getMetadata?.());
      return instance;
    }
    @MessagePattern({ cmd: 'many' })
    many() {
      called.push('many');
      return from([1, 2, 3]);
    }
    @MessagePattern('refuse')
    refuse() {
      called.push('refuse');
      throw new RpcException('not today');
    }
    @MessagePattern('hang')
    hang() {
      called.push('hang');
      return new Promise(() => undefined);
    }
    @MessagePattern('echo')
    echo(@Payload() payload: unknown) {
      return payload;
    }
    @EventPattern('note')
    note(@Payload() _note: unknown) {
      called.push('note');
    }
  }
  return Handlers;
}

export interface ServiceOrder {
  readonly service: string;
  readonly instance: string;
  readonly options: MicroserviceOptions | { readonly strategy: CustomTransportStrategy };
  readonly endpoint: (app: INestMicroservice) => EndpointInput;
  readonly interceptors?: readonly NestInterceptor[];
}

async function startService(client: RollcallClient, order: ServiceOrder): Promise<MessageService> {
  const called: string[] = [];
  const metadata: unknown[] = [];
  @Module({ controllers: [handlersOf(order.instance, called, metadata)] })
  class AppModule {}
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
    ...order.options,
    logger: false,
  });
  app.useGlobalInterceptors(...(order.interceptors ?? []));
  await app.listen();
  const { service, instance } = order;
  const endpoints = [order.endpoint(app)];
  const registration = await client.register({
    service,
    instance,
    version: '1.0.0',
    status: 'up',
    endpoints,
  });
  return { app, registration, instance, called, metadata, stop: () => app.close() };
}

export function startTcpService(client: RollcallClient, service: string, instance: string) {
  return startService(client, {
    service,
    instance,
    options: { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
    endpoint: (app) => {
      const { port } = app.unwrap<Server>().address() as AddressInfo;
      return { name: 'tcp', protocol: 'tcp', address: '127.0.0.1', port };
    },
  });
}

export function startNatsService(
  client: RollcallClient,
  order: Omit<ServiceOrder, 'endpoint'> & { readonly subject: string },
) {
  const { subject, ...rest } = order;
  return startService(client, { ...rest, endpoint: () => ({ name: 'nats', protocol: 'nats', subject }) });
}
