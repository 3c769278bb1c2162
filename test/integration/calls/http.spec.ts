import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpCaller, type RollcallClient, withDeadline } from '#client';
import { eventually } from '../client/registry.js';
import {
  busy,
  type CallStand,
  type Handler,
  hello,
  openCallStand,
  portOf,
  type Served,
  sleepy,
} from './call-stand.js';

let stand: CallStand;
let provider: RollcallClient;
let caller: RollcallClient;

beforeAll(async () => {
  stand = await openCallStand();
  ({ provider, caller } = stand);
});
afterEach(() => stand.clear());
afterAll(() => stand.stop());

const serve = (...handlers: Handler[]): Promise<Served> => stand.serve(...handlers);

const callMany = (http: HttpCaller, times: number): Promise<string[]> =>
  Promise.all(Array.from({ length: times }, async () => (await http.get('/')).instance));

describe('a call over HTTP', () => {
  it('is answered by an instance chosen for it, and says by which and how it knew', async () => {
    const { service } = await serve(hello, hello);
    const http = caller.http(service);
    const answer = await http.get('/');
    expect(answer).toMatchObject({ status: 200, ok: true, isStale: false, sequence: expect.any(Number) });
    expect(answer.json()).toEqual({ hello: 'world' });
    expect(new Set(await callMany(http, 40))).toEqual(new Set(['a', 'b']));
  });

  it('sends JSON, headers, and how long it will wait', async () => {
    const { service } = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () =>
        response.end(JSON.stringify({ body, ...request.headers, method: request.method })),
      );
    });
    const answer = await caller
      .http(service)
      .post('/pay', { amount: 7 }, { headers: { 'X-One': '1' }, timeoutMs: 900 });
    const seen = answer.json() as Record<string, string>;
    expect(seen).toMatchObject({
      method: 'POST',
      body: '{"amount":7}',
      'x-one': '1',
      'content-type': 'application/json',
    });
    expect(Number(seen['x-rollcall-timeout-ms'])).toBeLessThanOrEqual(900);
  });

  it('costs nothing when an instance is gone without a word: another answers, and the dead one is left alone', async () => {
    const { service, servers: started } = await serve(hello, hello, hello);
    const http = caller.http(service);
    await callMany(http, 20);
    started[0]?.closeAllConnections();
    started[0]?.close();
    const instances = new Set(await callMany(http, 60));
    expect(instances).toEqual(new Set(['b', 'c']));
    expect(http.service.explain().candidates).toContainEqual(
      expect.objectContaining({ instance: 'a', standing: 'unreachable', sharePercent: 0 }),
    );
  });

  it('is repeated elsewhere for any method when it cannot have arrived', async () => {
    const { service, servers: started } = await serve(hello, hello);
    started[0]?.close();
    const http = caller.http(service, { balancer: 'round-robin' });
    for (let index = 0; index < 6; index += 1) expect((await http.post('/', {})).instance).toBe('b');
  });

  it('is not repeated once it may have arrived, unless it may be made twice', async () => {
    let hits = 0;
    const breakOff: Handler = (request) => {
      hits += 1;
      request.socket.destroy();
    };
    const { service } = await serve(breakOff, breakOff);
    const http = caller.http(service);
    await expect(http.post('/', {})).rejects.toMatchObject({
      code: 'ROLLCALL_CALL_FAILED',
      message: expect.stringContaining('POST is not repeated'),
      details: { attempts: [expect.objectContaining({ instance: expect.stringMatching(/^[ab]$/) })] },
    });
    expect(hits).toBe(1);
    await expect(http.post('/', {}, { isIdempotent: true })).rejects.toMatchObject({
      code: 'ROLLCALL_CALL_FAILED',
    });
    expect(hits).toBe(4);
  });

  it('is repeated when an instance answers "not now", and hands the last such answer over', async () => {
    const { service } = await serve(busy, hello);
    const http = caller.http(service, { balancer: 'round-robin' });
    for (let index = 0; index < 4; index += 1) expect((await http.get('/')).instance).toBe('b');
    const all = await serve(busy, busy);
    expect(await caller.http(all.service).get('/')).toMatchObject({ status: 503, ok: false });
  });

  it('hands other errors of the service over, unrepeated', async () => {
    let hits = 0;
    const { service } = await serve((_request, response) => {
      hits += 1;
      response.writeHead(500).end('no');
    });
    expect(await caller.http(service).get('/')).toMatchObject({ status: 500 });
    expect(hits).toBe(1);
  });

  it('is tried elsewhere when an instance hangs, and ends in time when all do', async () => {
    const { service } = await serve(sleepy(5_000), hello);
    const http = caller.http(service, { attemptTimeoutMs: 100 });
    expect(new Set(await callMany(http, 5))).toEqual(new Set(['b']));
    const all = await serve(sleepy(5_000), sleepy(5_000));
    const startedAtMs = performance.now();
    await expect(
      caller.http(all.service, { attemptTimeoutMs: 5_000, timeoutMs: 300 }).get('/'),
    ).rejects.toMatchObject({ code: 'ROLLCALL_CALL_TIMEOUT', message: expect.stringContaining('300 ms') });
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it('takes no longer than whoever waits for its caller', async () => {
    const { service } = await serve(sleepy(5_000));
    await expect(withDeadline(200, () => caller.http(service).get('/'))).rejects.toMatchObject({
      code: 'ROLLCALL_CALL_TIMEOUT',
    });
  });

  it('is given up when the caller says so', async () => {
    const { service } = await serve(sleepy(5_000));
    const http = caller.http(service);
    const signal = AbortSignal.timeout(100);
    await expect(http.get('/', { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(http.service.pick().inFlight).toBe(0);
  });

  it('asks a second instance when told to hedge, and takes the first answer', async () => {
    const { service } = await serve(sleepy(3_000), hello);
    const http = caller.http(service, { hedgeAfterMs: 50, balancer: 'round-robin' });
    const startedAtMs = performance.now();
    const instances = new Set([(await http.get('/')).instance, (await http.get('/')).instance]);
    expect(instances).toEqual(new Set(['b']));
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it('under way to an instance that leaves is finished', async () => {
    const { service } = await serve();
    const server = await stand.listen(sleepy(400));
    const registration = await provider.register({
      service,
      instance: 'leaving',
      version: '1.0.0',
      endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: portOf(server) }],
    });
    const http = caller.http(service);
    await http.service.ready();
    await caller.reached(registration.sequence);
    const call = http.get('/');
    await registration.deregister();
    await caller.reached(registration.sequence);
    await expect(http.get('/')).rejects.toMatchObject({ code: 'ROLLCALL_NO_INSTANCE' });
    expect((await call).text()).toBe('late');
  });

  it('reports an instance that cannot be reached to the registry', async () => {
    const reports: string[] = [];
    const { connection, subjects } = stand.registry.store;
    const subscription = connection.subscribe(subjects.reportAll, {
      callback: (_error, message) => void reports.push(message.subject),
    });
    await connection.flush();
    const { service, servers: started } = await serve(hello, hello);
    started[0]?.close();
    expect(await callMany(caller.http(service, { balancer: 'round-robin' }), 4)).toEqual([
      'b',
      'b',
      'b',
      'b',
    ]);
    await eventually(
      () => reports.some((subject) => subject.includes(`.${service}.a.`)),
      'the report arrives',
    );
    subscription.unsubscribe();
  });

  it('is counted in the metrics of the app, and nothing is under way afterwards', async () => {
    const { service } = await serve(hello);
    const http = caller.http(service);
    await callMany(http, 5);
    const text = await stand.metrics.metrics();
    expect(text).toContain(`rollcall_calls_total{service="${service}",outcome="answered"} 5`);
    expect(text).toContain(`rollcall_call_seconds_count{service="${service}"} 5`);
    expect(text).not.toContain(`rollcall_call_retries_total{service="${service}"}`);
    expect(http.service.pick().inFlight).toBe(0);
  });
});

describe('bad input', () => {
  it.each(['//evil.example/x', '/a b', 'a', '/ü', '/\r\nx: y'])('the path %j', async (path) => {
    const { service } = await serve(hello);
    const answer = caller.http(service).get(path);
    const seen = await answer.then(
      () => 'the instance',
      (error: { readonly code: string }) => error.code,
    );
    expect(['the instance', 'ROLLCALL_REQUEST_MALFORMED']).toContain(seen);
    expect(seen === 'the instance').toBe(path.startsWith('//'));
  });

  it('an answer without end is refused', async () => {
    const { service } = await serve((_request, response) => void response.end(Buffer.alloc(200_000)));
    await expect(caller.http(service, { answerBytesMax: 1_000 }).get('/')).rejects.toMatchObject({
      code: 'ROLLCALL_CALL_FAILED',
      message: expect.stringContaining('1000 bytes'),
    });
  });
});
