import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { of, throwError } from 'rxjs';
import { deadHeaders, DurableEvent, JETSTREAM, JetStreamContext, PoisonMessage } from '#nest-jetstream';
import { eventually } from '../client/registry.js';
import { type Stand, startStand } from './stand.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  await stand.addStream('DEAD');
});
afterAll(() => stand.stop());

describe('an event handler on a stream', () => {
  it('reads plain JSON, CloudEvents in binary mode and what Nest emits, under wildcards, with everything about the event', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Handlers {
      @EventPattern('READ.*.placed')
      onPlaced(@Payload() payload: unknown, @Ctx() context: unknown) {
        const { subject, sequence, deliveries, stream, cloudEvent } = context as JetStreamContext;
        seen.push({ payload, subject, sequence, deliveries, stream, type: cloudEvent?.type });
      }
      @EventPattern('READ.>', JETSTREAM)
      onAny(@Ctx() context: unknown) {
        seen.push(`any ${(context as JetStreamContext).subject}`);
      }
    }
    await stand.addStream('READ');
    await stand.publish('READ.a.placed', { total: 1 });
    await stand.publish('READ.b.placed', { total: 2 }, { 'ce-type': 'order.placed', 'ce-id': '7' });
    await stand.publish('READ.c.placed', { pattern: 'READ.c.placed', data: { total: 3 } });
    await stand.publish('READ.other.thing', '');
    await stand.serve(Handlers, {});
    await eventually(() => seen.length === 7, 'seven calls');
    const common = { deliveries: 1, stream: 'READ' };
    expect(seen.filter((call) => typeof call === 'object')).toEqual([
      { payload: { total: 1 }, subject: 'READ.a.placed', sequence: 1, type: undefined, ...common },
      { payload: { total: 2 }, subject: 'READ.b.placed', sequence: 2, type: 'order.placed', ...common },
      { payload: { total: 3 }, subject: 'READ.c.placed', sequence: 3, type: undefined, ...common },
    ]);
    expect(seen).toContain('any READ.other.thing');
  });

  it('never runs more handlers at once than it may, and all of them run', async () => {
    let running = 0;
    let peak = 0;
    const done = new Set<number>();
    @Controller()
    class Handlers {
      @DurableEvent('LIMIT.>', { concurrency: 3 })
      async onEvent(@Payload() number: number) {
        running += 1;
        peak = Math.max(peak, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        done.add(number);
      }
    }
    await stand.addStream('LIMIT');
    await Promise.all(Array.from({ length: 100 }, (_, number) => stand.publish('LIMIT.e', number)));
    const { server } = await stand.serve(Handlers, {});
    await eventually(() => done.size === 100, 'all were handled');
    expect(peak).toBe(3);
    await eventually(() => server.counts.handled === 100, 'all are settled');
  });

  it('that fails is tried again after the waiting times, then its event is a dead letter that says why', async () => {
    const triedAtMs: number[] = [];
    @Controller()
    class Handlers {
      @DurableEvent('RETRY.>')
      onEvent(@Ctx() { deliveries }: JetStreamContext) {
        triedAtMs.push(performance.now());
        throw new Error(`no luck at try ${deliveries}`);
      }
    }
    await stand.addStream('RETRY');
    await stand.serve(Handlers, {
      backoffMs: [200, 400],
      maxDeliveries: 3,
      deadLetter: { subject: 'DEAD.retry' },
    });
    await stand.publish('RETRY.e', { a: 1 }, { 'ce-id': 'x', traceparent: 't', 'Nats-Msg-Id': 'm' });
    await eventually(async () => (await deadOn('DEAD.retry')).length === 1, 'the dead letter');
    const [letter] = await deadOn('DEAD.retry');
    expect(letter?.json()).toEqual({ a: 1 });
    const named = Object.fromEntries(
      Object.values(deadHeaders).map((name) => [name, letter?.header.get(name)]),
    );
    expect(named).toMatchObject({
      [deadHeaders.kind]: 'failed',
      [deadHeaders.reason]: 'no luck at try 3',
      [deadHeaders.stream]: 'RETRY',
      [deadHeaders.sequence]: '1',
      [deadHeaders.subject]: 'RETRY.e',
      [deadHeaders.deliveries]: '3',
    });
    expect([letter?.header.get('ce-id'), letter?.header.get('traceparent')]).toEqual(['x', 't']);
    const [first = 0, second = 0, third = 0] = triedAtMs;
    expect(second - first).toBeGreaterThanOrEqual(195);
    expect(third - second).toBeGreaterThanOrEqual(395);
    expect(triedAtMs).toHaveLength(3);
  });

  it('may fail by a stream that errors, and succeed by one that ends', async () => {
    let tries = 0;
    @Controller()
    class Handlers {
      @DurableEvent('OBSERVABLE.>')
      onEvent() {
        tries += 1;
        return tries < 3 ? throwError(() => new Error('not yet')) : of(1, 2);
      }
    }
    await stand.addStream('OBSERVABLE');
    await stand.publish('OBSERVABLE.e', 1);
    const { server } = await stand.serve(Handlers, { backoffMs: [1] });
    await eventually(() => server.counts.handled === 1, 'the third try succeeds');
    expect([tries, server.counts.retried]).toEqual([3, 2]);
  });

  it('decides itself when it wants: done before it fails, again after a time of its own, given up', async () => {
    const calls: string[] = [];
    @Controller()
    class Handlers {
      @DurableEvent('DECIDE.*')
      onEvent(@Payload() what: string, @Ctx() context: JetStreamContext) {
        calls.push(`${what} ${context.deliveries}`);
        if (what === 'done') {
          context.ack();
          throw new Error('too late to matter');
        }
        if (what === 'again' && context.deliveries === 1) context.retry(1);
        if (what === 'never') context.deadLetter('nobody wants it');
      }
    }
    await stand.addStream('DECIDE');
    for (const what of ['done', 'again', 'never'])
      await stand.publish(`DECIDE.${what}`, JSON.stringify(what));
    const { server } = await stand.serve(Handlers, { deadLetter: { subject: 'DEAD.decide' } });
    await eventually(() => server.counts.handled === 2 && server.counts.deadLettered === 1, 'all settled');
    expect(calls.toSorted()).toEqual(['again 1', 'again 2', 'done 1', 'never 1']);
    expect((await deadOn('DEAD.decide'))[0]?.header.get(deadHeaders.reason)).toBe('nobody wants it');
  });

  it('that takes too long has failed, is told so, and its hand is free for the next event', async () => {
    const told: string[] = [];
    @Controller()
    class Handlers {
      @DurableEvent('SLOW.*', { concurrency: 1, handlerTimeoutMs: 100, maxDeliveries: 1 })
      async onEvent(@Payload() what: string, @Ctx() { signal }: JetStreamContext) {
        if (what === 'quick') return void told.push('quick');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        told.push((signal.reason as Error).message);
        return new Promise(() => undefined);
      }
    }
    await stand.addStream('SLOW');
    await stand.publish('SLOW.a', '"slow"');
    await stand.publish('SLOW.b', '"quick"');
    await stand.serve(Handlers, { deadLetter: { subject: 'DEAD.slow' } });
    await eventually(() => told.includes('quick'), 'the next event');
    expect(told).toEqual(['the handler did not end in 100 ms', 'quick']);
    await eventually(async () => (await deadOn('DEAD.slow')).length === 1, 'the dead letter');
  });
});

describe('an event that cannot be handled', () => {
  it('is given up without a try when its body cannot be read, and at the first when the handler says so', async () => {
    const payloads: unknown[] = [];
    @Controller()
    class Handlers {
      @DurableEvent('POISON.>')
      onEvent(@Payload() payload: unknown) {
        payloads.push(payload);
        if (payload === 'bad') throw new PoisonMessage('it\r\nis bad');
      }
    }
    await stand.addStream('POISON');
    await stand.publish('POISON.a', '{"half":');
    await stand.publish('POISON.b', new Uint8Array([0x22, 0xff, 0x22]));
    await stand.publish('POISON.c', '['.repeat(50_000));
    await stand.publish('POISON.d', '"bad"');
    await stand.publish('POISON.e', '"good"');
    const { server } = await stand.serve(Handlers, {
      concurrency: 1,
      deadLetter: { subject: 'DEAD.poison' },
    });
    await eventually(() => server.counts.handled === 1 && server.counts.deadLettered === 4, 'all settled');
    expect(payloads).toEqual(['bad', 'good']);
    const letters = await deadOn('DEAD.poison');
    expect(letters.map(({ header }) => header.get(deadHeaders.kind))).toEqual(Array(4).fill('poison'));
    expect(letters[3]?.header.get(deadHeaders.reason)).toBe('it is bad');
    expect(letters[0]?.string()).toBe('{"half":');
  });

  it('leaves a dead letter without its body when both together are larger than the broker takes', async () => {
    @Controller()
    class Handlers {
      @DurableEvent('HUGE.>')
      onEvent() {
        throw new PoisonMessage('too much');
      }
    }
    await stand.addStream('HUGE');
    await stand.publish('HUGE.e', JSON.stringify('x'.repeat(1024 * 1024 - 300)));
    await stand.serve(Handlers, { deadLetter: { subject: 'DEAD.huge' } });
    await eventually(async () => (await deadOn('DEAD.huge')).length === 1, 'the dead letter');
    const [letter] = await deadOn('DEAD.huge');
    expect([letter?.data.length, letter?.header.get(deadHeaders.body)]).toEqual([0, 'left in HUGE']);
  });
});

async function deadOn(subject: string) {
  return (await stand.messages('DEAD')).filter((message) => message.subject === subject);
}
