import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { jetstreamManager } from '@nats-io/jetstream';
import { AckPublisher, connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let connection: NatsConnection;

beforeEach(async () => {
  broker = await startTestBroker();
  connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
});

afterEach(async () => {
  await connection.close();
  await broker.stop();
});

describe('a publisher whose stream has no leader', () => {
  it('goes on for as long as its attempts would have taken', async () => {
    const publisher = new AckPublisher(connection, {
      stream: 'LATE',
      attemptsMax: 4,
      attemptTimeoutMs: 2_000,
    });
    const stored = publisher.publish({ subject: 'late.a', payload: new Uint8Array() });
    stored.catch(() => undefined);
    // An election of three nodes takes seconds; four refusals take half a second.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'LATE', subjects: ['late.*'] });
    await expect(stored).resolves.toMatchObject({ sequence: 1 });
    publisher.close();
  });

  it('gives up in the end', async () => {
    const publisher = new AckPublisher(connection, {
      stream: 'NEVER',
      attemptsMax: 2,
      attemptTimeoutMs: 300,
    });
    const stored = publisher.publish({ subject: 'never.a', payload: new Uint8Array() });
    await expect(stored).rejects.toMatchObject({ code: 'ROLLCALL_NOT_ACKNOWLEDGED' });
    publisher.close();
  });
});
