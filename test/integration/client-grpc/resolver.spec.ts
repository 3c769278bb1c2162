import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import {
  Client,
  credentials,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import { registerGrpcResolver } from '#client-grpc';
import type { Registration, RollcallClient } from '#client';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';

let registry: TestRegistry;
let client: RollcallClient;
const open: (() => void)[] = [];
beforeAll(async () => {
  registry = await startTestRegistry();
  client = await registry.client();
  registerGrpcResolver(client);
});
afterEach(() => {
  for (const close of open.splice(0)) close();
});
afterAll(() => registry.stop());

const bytes = (text: string): Buffer => Buffer.from(text);
const text = (buffer: Buffer): string => buffer.toString();
const method = {
  path: '/test.Who/Ask',
  requestStream: false as const,
  responseStream: false as const,
  requestSerialize: bytes,
  requestDeserialize: text,
  responseSerialize: bytes,
  responseDeserialize: text,
};

/** A real gRPC server that says its name, registered with where it listens. */
async function startServer(
  service: string,
  instance: string,
): Promise<{ kill(): void; registration: Registration }> {
  const server = new Server();
  server.addService(
    { ask: method },
    { ask: (_call: ServerUnaryCall<string, string>, done: sendUnaryData<string>) => done(null, instance) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const endpoints = [{ name: 'grpc', protocol: 'grpc' as const, address: '127.0.0.1', port }];
  const provider = await registry.client();
  const order = { service, instance, version: '1.0.0', status: 'up' as const, endpoints };
  const registration = await provider.register(order);
  await client.discover(service, { atLeast: registration.sequence });
  const kill = (): void => server.forceShutdown();
  open.push(kill);
  return { kill, registration };
}

function channelTo(target: string): () => Promise<string> {
  const grpc = new Client(target, credentials.createInsecure());
  open.push(() => grpc.close());
  return () =>
    new Promise((resolve, reject) => {
      grpc.makeUnaryRequest(
        method.path,
        bytes,
        text,
        'who',
        { deadline: Date.now() + 5_000 },
        (error, answer) => (error === null ? resolve(answer ?? '') : reject(error)),
      );
    });
}

it('a channel finds the instances by name, goes on when one is killed, and meets newcomers', async () => {
  const first = await startServer('ledger', 'ledger-1');
  await startServer('ledger', 'ledger-2');
  const ask = channelTo('rollcall:///ledger');
  const seen = new Set<string>();
  await eventually(async () => seen.add(await ask()).size === 2, 'both answer');
  first.kill();
  const answers: string[] = [];
  for (let call = 0; call < 20; call += 1) answers.push(await ask());
  expect(new Set(answers)).toEqual(new Set(['ledger-2']));
  await first.registration.deregister('killed');
  await startServer('ledger', 'ledger-3');
  await eventually(async () => (await ask()) === 'ledger-3', 'the newcomer answers');
});

it('one that drains gets no new calls as soon as the view says so', async () => {
  const leaving = await startServer('drained', 'drained-1');
  await startServer('drained', 'drained-2');
  const ask = channelTo(`rollcall://${client.namespace}/drained`);
  const seen = new Set<string>();
  await eventually(async () => seen.add(await ask()).size === 2, 'both answer');
  await leaving.registration.update({ status: 'draining' });
  await client.reached(leaving.registration.sequence);
  await eventually(async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()));
    return !answers.includes('drained-1');
  }, 'only the other answers');
  expect(await ask()).toBe('drained-2');
});

it('with nobody there a call fails as unavailable, in words that say what is known', async () => {
  await expect(channelTo('rollcall:///nobody-at-all')()).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    details: expect.stringMatching(/ROLLCALL_SERVICE_UNKNOWN.*nobody-at-all/),
  });
});
