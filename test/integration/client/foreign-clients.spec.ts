import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  type MicroserviceOptions,
  type NatsContext,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { InstanceRecord, InstanceView, ViewRecord } from '#contracts';
import { verifyView } from '#application';
import { eventually, startTestRegistry, type TestRegistry } from './registry.js';

/** What a plain Nest microservice is sent, untouched by any code of ours. */
const received: { readonly subject: string; readonly change: ViewRecord<InstanceView> }[] = [];
let overheard = 0;

@Controller()
class DiscoveryListener {
  @EventPattern('discovery.v1.default.instance.orders.*')
  onOrders(@Payload() change: ViewRecord<InstanceView>, @Ctx() context: unknown): void {
    received.push({ subject: (context as NatsContext).getSubject(), change });
  }

  @EventPattern('registry.v1.>')
  onAnything(@Payload() _record: unknown): object {
    overheard += 1;
    return { response: 'a listener that answers everything it hears' };
  }
}

@Module({ controllers: [DiscoveryListener] })
class PlainModule {}

let registry: TestRegistry;
let bare: NatsConnection;
let microservice: INestMicroservice;

beforeAll(async () => {
  registry = await startTestRegistry();
  bare = await connect(registry.broker.connection);
  microservice = await NestFactory.createMicroservice<MicroserviceOptions>(PlainModule, {
    transport: Transport.NATS,
    options: registry.broker.connection,
    logger: false,
  });
  await microservice.listen();
});
afterAll(async () => {
  await microservice.close();
  await bare.close();
  await registry.stop();
});

const record: InstanceRecord = {
  namespace: 'default',
  service: 'orders',
  instance: 'bare-1',
  incarnation: 1,
  version: '3.1.4',
  status: 'up',
  endpoints: [{ name: 'http', protocol: 'http', address: '10.1.2.3', port: 8080 }],
  leaseMs: 0,
};

/** All a client without an SDK has to do: headers, a JSON body, a subject. */
function eventHeaders(type: string) {
  const head = headers();
  head.set('ce-specversion', '1.0');
  head.set('ce-id', crypto.randomUUID());
  head.set('ce-type', type);
  head.set('ce-source', '/a/shell/script');
  head.set('content-type', 'application/json');
  return head;
}

describe('a bare NATS client', () => {
  it('publishes a registered event and is discovered by the SDK', async () => {
    const ack = await jetstream(bare).publish(
      'registry.v1.default.instance.orders.bare-1',
      JSON.stringify(record),
      {
        headers: eventHeaders('rollcall.instance.registered.v1'),
      },
    );
    const client = await registry.client();
    const found = await client.discover('orders', { atLeast: ack.seq });
    expect(found.instances).toMatchObject([
      { instance: 'bare-1', version: '3.1.4', revision: ack.seq, endpoints: record.endpoints },
    ]);
  });
});

describe('a plain Nest microservice with the NATS transport', () => {
  it('receives each change on the discovery subject, with its cause', async () => {
    const client = await registry.client();
    const registration = await client.register({
      service: 'orders',
      instance: 'sdk-1',
      version: '1.0.0',
      lease: 'none',
    });
    await registration.update({ status: 'maintenance' });
    await registration.deregister('done');
    const ofSdk = () =>
      received.filter(({ subject }) => subject === 'discovery.v1.default.instance.orders.sdk-1');
    await eventually(() => ofSdk().length === 3, 'three changes have arrived');
    expect(ofSdk().map(({ change }) => [change.change, change.record.status])).toEqual([
      ['added', 'up'],
      ['updated', 'maintenance'],
      ['removed', 'down'],
    ]);
    expect(ofSdk().at(-1)?.change.cause).toMatchObject({
      type: 'rollcall.instance.deregistered.v1',
      reason: 'done',
      actor: 'orders/sdk-1',
    });
  });

  it('disturbs no publish ack by listening to the whole journal beside it', async () => {
    const client = await registry.client();
    const registration = await client.register({
      service: 'noisy',
      instance: 'n-1',
      version: '1.0.0',
      lease: 'none',
    });
    const before = overheard;
    const subject = 'registry.v1.default.instance.noisy.n-2';
    const acks = await Promise.all(
      Array.from({ length: 100 }, async (_value, index) => {
        const body = { ...record, service: 'noisy', instance: 'n-2', weight: index };
        // The first reply counts for a bare client, whoever sends it.
        const reply = await bare.request(subject, JSON.stringify(body), {
          headers: eventHeaders('rollcall.instance.registered.v1'),
          timeout: 5_000,
        });
        return reply.json<{ stream: unknown; seq: unknown }>();
      }),
    );
    const sequences: number[] = [];
    for (let index = 0; index < 100; index += 1) sequences.push(await registration.update({ weight: index }));

    const real = acks.filter(({ stream, seq }) => stream === 'REGISTRY' && Number.isInteger(seq));
    const ends = await registry.store.journal.ends();
    expect(real).toHaveLength(100);
    expect(sequences.every((sequence) => Number.isInteger(sequence) && sequence > 0)).toBe(true);
    expect(new Set([...real.map(({ seq }) => seq), ...sequences]).size).toBe(200);
    expect(Math.max(...sequences)).toBe(ends.lastSequence);
    await eventually(() => overheard - before >= 200, 'the listener has heard all of them');
  });

  it('leaves a view that equals a fold of the journal from zero', async () => {
    const { lastSequence } = await registry.store.journal.ends();
    await registry.projection.follower.reached(lastSequence);
    await expect(verifyView(registry.store.journal, registry.store.bucket)).resolves.toMatchObject({
      differences: [],
    });
  });
});
