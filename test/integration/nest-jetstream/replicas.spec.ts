import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DurableEvent, type JetStreamContext } from '#nest-jetstream';
import { eventually } from '../client/registry.js';
import { type Stand, startStand } from './stand.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

describe('replicas with one durable name', () => {
  it('share the events: each is handled once, by whoever has a hand free', async () => {
    const byReplica: Record<string, number[]> = { a: [], b: [] };
    const replica = (name: string) => {
      @Controller()
      class Handlers {
        @DurableEvent('SHARE.>', { concurrency: 2 })
        async onEvent(@Payload() number: number) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          byReplica[name]?.push(number);
        }
      }
      return Handlers;
    };
    await stand.addStream('SHARE');
    await stand.serve(replica('a'), {});
    await stand.serve(replica('b'), {});
    await Promise.all(Array.from({ length: 60 }, (_, number) => stand.publish('SHARE.e', number)));
    const all = () => [...(byReplica['a'] ?? []), ...(byReplica['b'] ?? [])];
    await eventually(() => all().length >= 60, 'all were handled');
    expect(new Set(all()).size).toBe(60);
    expect(all()).toHaveLength(60);
    for (const handled of Object.values(byReplica)) expect(handled.length).toBeGreaterThan(10);
  });

  it('with another name get every event once more', async () => {
    const seen: string[] = [];
    const group = (name: string) => {
      @Controller()
      class Handlers {
        @DurableEvent('GROUPS.>')
        onEvent() {
          seen.push(name);
        }
      }
      return Handlers;
    };
    await stand.addStream('GROUPS');
    await stand.serve(group('billing'), { durable: 'billing' });
    await stand.serve(group('mail'), { durable: 'mail' });
    await stand.publish('GROUPS.e', 1);
    await eventually(() => seen.length === 2, 'both got it');
    expect(seen.toSorted()).toEqual(['billing', 'mail']);
    expect(await stand.consumers('GROUPS')).toEqual([
      expect.stringMatching(/^billing-GROUPS-all-[0-9a-f]{8}$/),
      expect.stringMatching(/^mail-GROUPS-all-[0-9a-f]{8}$/),
    ]);
  });
});

describe('a shutdown', () => {
  it('waits for the handlers that run and takes nothing new; what is left goes to the next at once', async () => {
    const log: string[] = [];
    let finish: () => void = () => undefined;
    const replica = (name: string, first: Promise<void>) => {
      @Controller()
      class Handlers {
        @DurableEvent('DRAIN.>', { concurrency: 1 })
        async onEvent(@Payload() number: number) {
          log.push(`${name} begins ${number}`);
          if (number === 1) await first;
          log.push(`${name} ends ${number}`);
        }
      }
      return Handlers;
    };
    await stand.addStream('DRAIN');
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const { app } = await stand.serve(replica('a', gate), {});
    await stand.publish('DRAIN.e', 1);
    await stand.publish('DRAIN.e', 2);
    await eventually(() => log.length === 1, 'the first began');
    const closed = app.close();
    finish();
    await closed;
    expect(log).toEqual(['a begins 1', 'a ends 1']);
    await stand.serve(replica('b', gate), {});
    await eventually(() => log.length === 4, 'the second was handled');
    expect(log.slice(2)).toEqual(['b begins 2', 'b ends 2']);
  });

  it('gives back what does not end in time, and tells its handler', async () => {
    const aborted: string[] = [];
    const handled: string[] = [];
    @Controller()
    class Stuck {
      @DurableEvent('STUCK.>')
      async onEvent(@Ctx() { signal }: JetStreamContext) {
        signal.addEventListener('abort', () => aborted.push((signal.reason as Error).message));
        return new Promise(() => undefined);
      }
    }
    @Controller()
    class Healthy {
      @DurableEvent('STUCK.>')
      onEvent(@Ctx() { deliveries }: JetStreamContext) {
        handled.push(`try ${deliveries}`);
      }
    }
    await stand.addStream('STUCK');
    const { app, server } = await stand.serve(Stuck, { shutdownTimeoutMs: 50 });
    await stand.publish('STUCK.e', 1);
    await eventually(() => server.counts.running === 1, 'it runs');
    await app.close();
    expect(aborted).toEqual(['the transport is shutting down']);
    await stand.serve(Healthy, {});
    await eventually(
      () => handled.length === 1,
      'somebody else handled it, long before the 30 s of its lease',
    );
    expect(handled).toEqual(['try 2']);
  });
});

describe('trouble with the broker', () => {
  it('that restarts: handling goes on by itself, and no event is lost', async () => {
    const seen = new Set<number>();
    @Controller()
    class Handlers {
      @DurableEvent('RESTART.>', { ackWaitMs: 1_000 })
      onEvent(@Payload() number: number) {
        seen.add(number);
      }
    }
    await stand.addStream('RESTART');
    const { server } = await stand.serve(Handlers, {});
    const statuses: string[] = [];
    server.status.subscribe((status) => statuses.push(status));
    await stand.publish('RESTART.e', 1);
    await eventually(() => seen.has(1), 'the first');
    await stand.broker.restart();
    await eventually(
      () => stand.publish('RESTART.e', 2).then(Boolean, () => false),
      'the broker stores again',
    );
    await eventually(() => seen.has(2), 'the second', 15_000);
    expect(statuses).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('whose consumer somebody deleted: it is made again', async () => {
    const seen = new Set<number>();
    @Controller()
    class Handlers {
      @DurableEvent('DELETED.>')
      onEvent(@Payload() number: number) {
        seen.add(number);
      }
    }
    await stand.addStream('DELETED');
    await stand.serve(Handlers, {});
    await stand.publish('DELETED.e', 1);
    await eventually(() => seen.has(1), 'the first');
    const [name = ''] = await stand.consumers('DELETED');
    await (await jetstreamManager(stand.connection)).consumers.delete('DELETED', name);
    await stand.publish('DELETED.e', 2);
    await eventually(() => seen.has(2), 'the second', 15_000);
    expect(await stand.consumers('DELETED')).toEqual([name]);
  });
});
