import {
  jetstream,
  type JetStreamClient as Publisher,
  jetstreamManager,
  type StoredMsg,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JetStreamExceptionFilter, JetStreamServer, type JetStreamServerOptions } from '#nest-jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

/** A real broker, Nest microservices on it, and a publisher that is none of theirs. */
export interface Stand {
  readonly broker: TestBroker;
  readonly connection: NatsConnection;
  readonly access: { readonly url: string; readonly user: string; readonly password: string };
  /** A microservice with one controller, on the stream named; resolves when it listens. */
  serve(controller: Type, options: Partial<JetStreamServerOptions>): Promise<Served>;
  addStream(name: string, retention?: 'limits' | 'workqueue'): Promise<void>;
  publish(subject: string, body: unknown, own?: Record<string, string>): ReturnType<Publisher['publish']>;
  /** Messages of a stream, oldest first. */
  messages(stream: string): Promise<StoredMsg[]>;
  /** Events of a durable that are not settled: delivered or not. */
  unsettled(stream: string, consumer: string): Promise<number>;
  consumers(stream: string): Promise<string[]>;
  stop(): Promise<void>;
}

interface Served {
  readonly app: INestMicroservice;
  readonly server: JetStreamServer;
}

export async function startStand(): Promise<Stand> {
  const broker = await startTestBroker();
  const { url, user, password } = broker;
  const access = { url, user, password };
  const connection = await connectBroker(access);
  const manager = await jetstreamManager(connection);
  const publisher = jetstream(connection);
  const apps: INestMicroservice[] = [];
  return {
    broker,
    connection,
    access,
    serve: async (controller, options) => {
      @Module({ controllers: [controller] })
      class AppModule {}
      const server = new JetStreamServer({ connection: access, durable: 'test', ...options });
      const app = await NestFactory.createMicroservice(AppModule, { strategy: server, logger: false });
      app.useGlobalFilters(new JetStreamExceptionFilter());
      apps.push(app);
      await app.listen();
      return { app, server };
    },
    addStream: async (name, retention = 'limits') => {
      await manager.streams.add({ name, subjects: [`${name}.>`], retention });
    },
    publish: (subject, body, own = {}) => {
      const all = headers();
      for (const [key, value] of Object.entries(own)) all.set(key, value);
      const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      return publisher.publish(subject, text, { headers: all });
    },
    messages: async (stream) => {
      const { state } = await manager.streams.info(stream);
      const found: StoredMsg[] = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
        const message = await manager.streams.getMessage(stream, { seq });
        if (message !== null) found.push(message);
      }
      return found;
    },
    unsettled: async (stream, consumer) => {
      const info = await manager.consumers.info(stream, consumer);
      return info.num_pending + info.num_ack_pending;
    },
    consumers: async (stream) => {
      const names: string[] = [];
      for await (const { name } of manager.consumers.list(stream)) names.push(name);
      return names;
    },
    stop: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await connection.close();
      await broker.stop();
    },
  };
}
