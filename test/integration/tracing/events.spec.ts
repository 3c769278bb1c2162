import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { Controller } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { TracingInterceptor } from '#nest';
import { NatsInstanceServer, RollcallClientProxy } from '#nest-clients';
import { DurableEvent, JetStreamClient, type JetStreamContext } from '#nest-jetstream';
import { currentTraceparent, inSpan, parseTraceparent } from '#tracing';
import { recordSpans, type SpanRecorder } from '../../e2e/fixtures/spans.js';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';
import { startNatsService } from '../nest-clients/stand.js';
import { type Stand, startStand } from '../nest-jetstream/stand.js';

let recorder: SpanRecorder;
beforeAll(() => {
  recorder = recordSpans();
});
afterEach(() => recorder.reset());
afterAll(() => recorder.stop());

const request = <Result>(work: () => Promise<Result>) => inSpan({ name: 'request', kind: 'server' }, work);

describe('a registration made within a traced request', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startTestRegistry();
  });
  afterAll(() => registry.stop());

  it('is linked to it, and so is every later change made within one; others are linked to nothing', async () => {
    const client = await registry.client();
    const traces: (string | undefined)[] = [];
    await client.watch('traced', (event) => {
      if (event.type === 'change') traces.push(event.change.cause.traceparent);
    });
    let first: string | undefined;
    const registration = await request(() => {
      first = currentTraceparent();
      return client.register({ service: 'traced', instance: 'traced-1', version: '1.0.0' });
    });
    await registration.update({ status: 'up' });
    let last: string | undefined;
    await request(() => {
      last = currentTraceparent();
      return registration.deregister('done');
    });
    await eventually(() => traces.length === 3, 'three changes');
    expect(traces).toEqual([first, undefined, last]);
    expect(parseTraceparent(first)).toMatchObject({ traceId: recorder.spans()[0]?.traceId });
    expect(first).not.toBe(last);
  });
});

describe('a message sent over NATS within a traced request', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startTestRegistry();
  });
  afterAll(() => registry.stop());

  it('is answered within the same trace, whether the answer is good or not', async () => {
    const client = await registry.client();
    const { connection } = registry.broker;
    const subject = 'svc.traced.traced-1';
    const service = await startNatsService(client, {
      service: 'traced',
      instance: 'traced-1',
      subject,
      options: { strategy: new NatsInstanceServer({ ...connection, subject }) },
      interceptors: [new TracingInterceptor()],
    });
    const proxy = new RollcallClientProxy(client, 'traced', { nats: { options: connection } });
    await request(() => firstValueFrom(proxy.send('who', {})));
    await request(() => firstValueFrom(proxy.send('refuse', {})).catch(() => undefined));
    await proxy.close();
    await service.stop();
    const spans = recorder.spans();
    const traces = spans.filter(({ name }) => name === 'request').map(({ traceId }) => traceId);
    const stories = traces.map((traceId) => {
      const of = (kind: number) =>
        spans.find((span) => span.traceId === traceId && span.kind === kind && span.name !== 'request');
      const root = spans.find((span) => span.traceId === traceId && span.name === 'request');
      const [call, handling] = [of(SpanKind.CLIENT), of(SpanKind.SERVER)];
      const isLinked = call?.parentId === root?.spanId && handling?.parentId === call?.spanId;
      return [call?.name, handling?.name, isLinked, handling?.failed];
    });
    expect(stories).toEqual([
      ['traced/who', 'who', true, false],
      ['traced/refuse', 'refuse', true, true],
    ]);
  });
});

describe('an event emitted within a traced request', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand();
  });
  afterAll(() => stand.stop());

  it('is handled within the same trace, each try in a span of its own that tells its failure', async () => {
    @Controller()
    class Handlers {
      @DurableEvent('TRACE.>', { backoffMs: [1] })
      onEvent(@Ctx() { deliveries }: JetStreamContext) {
        if (deliveries === 1) throw new Error('not yet');
      }
    }
    await stand.addStream('TRACE');
    const { server } = await stand.serve(Handlers, {});
    const client = new JetStreamClient({ connection: stand.access });
    await request(() => firstValueFrom(client.emit('TRACE.placed', { a: 1 })));
    await client.close();
    await eventually(() => server.counts.handled === 1, 'it was handled');
    const spans = recorder.spans();
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [root] = named('request');
    const [published] = named('publish TRACE.placed');
    const tries = named('process TRACE.placed');
    expect(published).toMatchObject({ parentId: root?.spanId, kind: SpanKind.PRODUCER });
    expect(tries.map(({ parentId, kind, failed }) => ({ parentId, kind, failed }))).toEqual([
      { parentId: published?.spanId, kind: SpanKind.CONSUMER, failed: true },
      { parentId: published?.spanId, kind: SpanKind.CONSUMER, failed: false },
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('from somebody whose trace cannot be read is handled in a trace of its own', async () => {
    @Controller()
    class Handlers {
      @DurableEvent('NOTRACE.>')
      onEvent() {
        return undefined;
      }
    }
    await stand.addStream('NOTRACE');
    const { server } = await stand.serve(Handlers, {});
    await stand.publish('NOTRACE.e', 1, { traceparent: '00-nonsense' });
    await eventually(() => server.counts.handled === 1, 'it was handled');
    expect(recorder.spans()).toMatchObject([{ name: 'process NOTRACE.e', parentId: undefined }]);
  });
});
