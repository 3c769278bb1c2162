import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/nats-core';
import { Controller, type Type } from '@nestjs/common';
import { EventPattern, MessagePattern, NatsRecordBuilder, Payload } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { JetStreamClient, type JetStreamServerOptions } from '#nest-jetstream';
import { connectBroker } from '#nats';
import { eventually } from '../client/registry.js';
import { type Stand, startStand } from './stand.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

function handlerOf(pattern: unknown, extras = {}): Type {
  @Controller()
  class Handlers {
    @EventPattern(pattern, extras)
    onEvent() {
      return { an: 'answer' };
    }
  }
  return Handlers;
}

describe('publishers', () => {
  it('get the acknowledgement of the stream and nothing else, whatever their bodies look like', async () => {
    await stand.addStream('ACKS');
    const { server } = await stand.serve(handlerOf('ACKS.>'), {});
    const bodies = [{ id: 'x', data: 1 }, { id: 'y', pattern: 'ACKS.e', data: 2 }, { response: 3 }, 4];
    const acks = await Promise.all(
      Array.from({ length: 200 }, (_, index) => stand.publish('ACKS.e', bodies[index % bodies.length])),
    );
    expect(acks.map(({ stream }) => stream)).toEqual(Array(200).fill('ACKS'));
    expect(new Set(acks.map(({ seq }) => seq)).size).toBe(200);
    await eventually(() => server.counts.handled === 200, 'all were handled');
  });
});

describe('a server that cannot work', () => {
  const expectRefusal = async (controller: Type, options: Partial<JetStreamServerOptions>, text: RegExp) => {
    await expect(stand.serve(controller, options)).rejects.toThrow(text);
  };

  it.each<[string, Partial<JetStreamServerOptions>, RegExp]>([
    ['a bad durable', { durable: 'a b' }, /TRANSPORT_INVALID: durable is "a b"/],
    ['no concurrency', { concurrency: 0 }, /concurrency is "0"; allowed are whole numbers from 1 to 1024/],
    [
      'an ack wait below the least',
      { ackWaitMs: 50 },
      /ackWaitMs is "50"; allowed are whole numbers from 500/,
    ],
    ['no waiting times', { backoffMs: [] }, /backoffMs/],
    ['a negative waiting time', { backoffMs: [1, -1] }, /backoffMs is "-1"/],
    ['a stream that is not there', { stream: 'NOWHERE' }, /STREAM_MISSING: there is no stream "NOWHERE"/],
    ['a dead letter nobody stores', { deadLetter: { subject: 'void' } }, /no stream stores "void"/],
  ])('stops at the start, in words: %s', async (_what, options, text) => {
    await stand.addStream('WORDS');
    await expectRefusal(handlerOf('WORDS.>'), options, text);
  });

  it('stops at the start when a pattern is no subject, no stream stores it, or replies are asked for', async () => {
    @Controller()
    class Asked {
      @MessagePattern('WORDS.ask')
      answer() {
        return 1;
      }
    }
    await expectRefusal(handlerOf({ cmd: 'sum' }), {}, /the pattern .* is no subject of NATS/);
    await expectRefusal(handlerOf('a..b'), {}, /is no subject of NATS/);
    await expectRefusal(handlerOf('a.>.b'), {}, /is no subject of NATS/);
    await expectRefusal(
      handlerOf('nobody.stores.this'),
      {},
      /STREAM_MISSING: no stream stores "nobody.stores.this"/,
    );
    await expectRefusal(Asked, {}, /is a @MessagePattern, and a stream knows no replies/);
  });

  it('must say what becomes of events that are given up, where the stream would forget them', async () => {
    await stand.addStream('QUEUE', 'workqueue');
    await expectRefusal(handlerOf('QUEUE.>'), {}, /forgets what was settled \(retention "workqueue"\)/);
    await stand.serve(handlerOf('QUEUE.>'), { deadLetter: false });
  });

  it('takes changed options over into the consumer, and refuses one that is not its own', async () => {
    await stand.addStream('CHANGE');
    await stand.serve(handlerOf('CHANGE.>'), { ackWaitMs: 5_000 });
    await stand.serve(handlerOf('CHANGE.>'), { ackWaitMs: 7_000, start: 'new' });
    const { consumers } = await jetstreamManager(stand.connection);
    const [durable_name = ''] = await stand.consumers('CHANGE');
    expect((await consumers.info('CHANGE', durable_name)).config.ack_wait).toBe(nanos(7_000));
    await consumers.delete('CHANGE', durable_name);
    await consumers.add('CHANGE', { durable_name, ack_policy: 'none' });
    await expectRefusal(handlerOf('CHANGE.>'), {}, /CONSUMER_CONFLICT: .* it is of another kind/);
  });

  it('says that it is not let in', async () => {
    const connection = { ...stand.access, password: 'wrong' };
    await expectRefusal(handlerOf('WORDS.>'), { connection }, /ROLLCALL_BROKER_REFUSED_LOGIN/);
  });

  it('creates the streams it is told to ensure, and uses an open connection without closing it', async () => {
    const connection = await connectBroker(stand.access);
    const { app } = await stand.serve(handlerOf('fresh.>'), {
      connection,
      ensureStream: { name: 'FRESH', subjects: ['fresh.>'] },
      deadLetter: { subject: 'dead.fresh', ensureStream: { name: 'GRAVES', subjects: ['dead.>'] } },
    });
    await stand.publish('fresh.e', 1);
    expect(await stand.messages('GRAVES')).toEqual([]);
    await app.close();
    expect(connection.isClosed()).toBe(false);
    await connection.close();
  });
});

describe('emit()', () => {
  it('completes with what the stream stored, as a CloudEvent that the handler gets bare', async () => {
    const payloads: unknown[] = [];
    @Controller()
    class Handlers {
      @EventPattern('EMIT.>')
      onEvent(@Payload() payload: unknown) {
        payloads.push(payload);
      }
    }
    await stand.addStream('EMIT');
    await stand.serve(Handlers, {});
    const client = new JetStreamClient({ connection: stand.access, source: '/services/orders' });
    const own = headers();
    own.set('Nats-Msg-Id', 'order-7');
    const record = new NatsRecordBuilder({ total: 7 }).setHeaders(own).build();
    expect(await firstValueFrom(client.emit('EMIT.placed', record))).toMatchObject({
      sequence: 1,
      duplicate: false,
    });
    expect(await firstValueFrom(client.emit('EMIT.placed', record))).toMatchObject({
      sequence: 1,
      duplicate: true,
    });
    await eventually(() => payloads.length === 1, 'it was handled once');
    expect(payloads).toEqual([{ total: 7 }]);
    const [stored] = await stand.messages('EMIT');
    const header = (name: string) => stored?.header.get(name);
    expect(stored?.json()).toEqual({ total: 7 });
    expect([header('ce-type'), header('ce-source'), header('ce-id')]).toEqual([
      'EMIT.placed',
      '/services/orders',
      'order-7',
    ]);
    await client.close();
  });

  it('fails when nobody stores the subject, when the event is too large, and for send()', async () => {
    const client = new JetStreamClient({ connection: stand.access });
    await expect(firstValueFrom(client.emit('lost.and.gone', 1))).rejects.toThrow(/STREAM_MISSING/);
    const huge = 'x'.repeat(2 * 1024 * 1024);
    await expect(firstValueFrom(client.emit('EMIT.huge', huge))).rejects.toThrow(
      /RECORD_TOO_LARGE: the event on "EMIT.huge" has 2097154 bytes; the broker takes at most 1048576/,
    );
    await expect(firstValueFrom(client.send('EMIT.ask', 1))).rejects.toThrow(/a stream knows none/);
    await client.close();
  });
});
