import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstanceView } from '#contracts';
import { type HttpFixture, openHttp } from './http-fixture.js';
import { SseClient, type SseEvent } from './sse-client.js';

let http: HttpFixture;
const namespace = '/v1/namespaces/default';
const opened = new Set<SseClient>();

beforeAll(async () => {
  http = await openHttp();
});
afterAll(async () => {
  for (const client of opened) client.close();
  await http.close();
});

async function put(service: string, instance: string, fields: object = {}): Promise<number> {
  const body = { version: '1.0.0', endpoints: [], ...fields };
  const answer = await http.ask(`${namespace}/services/${service}/instances/${instance}`, {
    method: 'PUT',
    body,
  });
  const sequence = Number(answer.json()['sequence']);
  await http.ask(`${namespace}/services?atLeast=${sequence}`);
  return sequence;
}

async function watch(question: string): Promise<SseClient> {
  const client = new SseClient(http.port, `${namespace}/watch?${question}`);
  opened.add(client);
  await client.open();
  return client;
}

const reached = (sequence: number) => (event: SseEvent) => Number(event.id ?? 0) >= sequence;
const told = (client: SseClient): string[] =>
  client.events
    .filter(({ data }) => 'record' in data)
    .map(({ event, data }) => `${event} ${(data['record'] as InstanceView).instance}`);

describe('watching over HTTP', () => {
  it('tells what is there, then every change, and why somebody is gone', async () => {
    await put('told', 't-1');
    const client = await watch('service=told');
    await client.until(({ event }) => event === 'resynced');
    expect(told(client)).toEqual(['added t-1']);
    await client.until(reached(await put('told', 't-2')));
    const gone = await http.ask(`${namespace}/services/told/instances/t-2?reason=moved`, {
      method: 'DELETE',
    });
    await client.until(reached(Number(gone.json()['sequence'])));
    expect(told(client)).toEqual(['added t-1', 'added t-2', 'removed t-2']);
    const { data } = client.events.findLast(({ event }) => event === 'removed') as SseEvent;
    expect(data).toMatchObject({ cause: { reason: 'moved' }, record: { departure: 'deregistered' } });
  });

  it('goes on where it was when it comes back with the last id', async () => {
    const client = await watch('service=back');
    await client.until(reached(await put('back', 'b-1')));
    client.close();
    client.events.length = 0;
    const sequence = await put('back', 'b-2');
    await put('other', 'o-1');
    await client.open();
    await client.until(reached(sequence));
    expect(told(client)).toEqual(['added b-2']);
    expect(client.events.map(({ event }) => event)).not.toContain('resynced');
  });

  it('from a place nobody remembers begins with a gap and is told everything', async () => {
    await put('gap', 'g-1');
    const client = new SseClient(http.port, `${namespace}/watch?service=gap`);
    opened.add(client);
    client.lastId = '999999999';
    await client.open();
    await client.until(({ event }) => event === 'resynced');
    expect(client.events[0]).toMatchObject({ event: 'gap', data: { reason: 'too-old', complete: true } });
    expect(told(client)).toEqual(['added g-1']);
  });

  it('with a filter shows instances come into it and fall out of it', async () => {
    const client = await watch('service=fit&selector=ring%3D1&routable');
    await put('fit', 'f-1', { metadata: { ring: '2' } });
    await put('fit', 'f-1', { metadata: { ring: '1' } });
    await client.until(reached(await put('fit', 'f-1', { metadata: { ring: '1' }, status: 'maintenance' })));
    expect(told(client)).toEqual(['added f-1', 'removed f-1']);
    expect(client.events.find(({ event }) => event === 'removed')?.data).toMatchObject({ unmatched: true });
  });

  it('of many services at once loses nothing, though each sees only its own', async () => {
    const services = Array.from({ length: 10 }, (_, index) => `many-${index}`);
    const clients = await Promise.all(
      services.flatMap((service) => [0, 1, 2, 3, 4].map(() => watch(`service=${service}`))),
    );
    const sequences: number[] = [];
    for (const client of clients) await client.until(({ event }) => event === 'resynced');
    for (let index = 0; index < 200; index += 1) {
      sequences.push(
        await put(services[index % 10] as string, `i-${index % 4}`, { metadata: { n: String(index) } }),
      );
    }
    for (const client of clients) {
      const own = clients.indexOf(client);
      const service = services[Math.floor(own / 5)] as string;
      const mine = sequences.filter((_, index) => services[index % 10] === service);
      await client.until(reached(mine.at(-1) as number));
      expect(client.events.flatMap(({ data }) => ('record' in data ? [data['sequence']] : []))).toEqual(mine);
    }
  });

  it('by somebody who does not read is bounded, and told so when they read again', async () => {
    const slow = await watch('service=slow');
    await slow.until(({ event }) => event === 'resynced');
    slow.pause();
    const blob = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`k${index}`, 'x'.repeat(1_000)]),
    );
    let sequence = 0;
    // More than all buffers between us hold.
    for (let index = 0; index < 400; index += 1) {
      sequence = await put('slow', `s-${index % 3}`, { metadata: { ...blob, n: String(index) } });
    }
    slow.resume();
    await slow.until(({ event, data }) => event === 'gap' && data['reason'] === 'slow');
    await slow.until(reached(sequence));
    const last = new Map(
      slow.events.flatMap(({ data }) =>
        'record' in data ? [[(data['record'] as InstanceView).instance, data]] : [],
      ),
    );
    const numbers = [...last.values()].map((data) => (data as { record: InstanceView }).record.metadata['n']);
    expect(new Set(numbers)).toEqual(new Set(['397', '398', '399']));
  });

  it.each([
    ['selector=%28', 'ROLLCALL_FILTER_INVALID'],
    ['colour=red', 'ROLLCALL_QUERY_INVALID'],
    ['lastEventId=yesterday', 'ROLLCALL_SEQUENCE_INVALID'],
  ])('with %s is refused with %s', async (question, code) => {
    const answer = await http.ask(`${namespace}/watch?${question}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code });
  });
});

describe('a registry that stops', () => {
  it('ends its watches and waits for nobody', async () => {
    const other = await openHttp();
    const client = new SseClient(other.port, `${namespace}/watch`);
    await client.open();
    await client.until(({ event }) => event === 'resynced');
    const startedAtMs = performance.now();
    await other.close();
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
  });
});
