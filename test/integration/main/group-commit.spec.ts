import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/nats-core';
import { eventTypes, type InstanceRecord, limits, type NewEvent, type RawEvent } from '#contracts';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let connection: NatsConnection;
let store: RegistryStore;

beforeAll(async () => {
  broker = await startTestBroker();
  connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
});

afterAll(async () => {
  await connection.close();
  await broker.stop();
});

let runs = 0;

function eventsOf(count: number): NewEvent<InstanceRecord>[] {
  runs += 1;
  return Array.from({ length: count }, (_, index) => {
    const names = { namespace: 'default', service: `run-${runs}`, instance: `i-${index}` };
    const data: InstanceRecord = {
      ...names,
      incarnation: 1,
      version: '1.0.0',
      status: 'up',
      endpoints: [],
      leaseMs: 0,
    };
    const id = `event-${runs}-${index}`;
    return { id, type: eventTypes.instanceRegistered, aggregate: { kind: 'instance', ...names }, data };
  });
}

async function stored(fromSequence: number): Promise<RawEvent[]> {
  const events: RawEvent[] = [];
  await store.journal.read({ from: { sequence: fromSequence } }, (event) => events.push(event));
  return events;
}

describe('many events appended at once', () => {
  it('share atomic batches, each with the sequence it has in the journal', async () => {
    const events = eventsOf(200);
    const sequences = await Promise.all(events.map((event) => store.journal.append(event)));
    const found = await stored(Math.min(...sequences));
    expect(found).toHaveLength(200);
    const sequenceById = new Map(found.map((raw) => [raw.header('Nats-Msg-Id'), raw.sequence]));
    expect(events.map(({ id }) => sequenceById.get(id))).toEqual(sequences);
    const batched = found.filter((raw) => raw.header('Nats-Batch-Id') !== undefined);
    expect(batched.length).toBeGreaterThan(150);
  });

  it('refuse one that conflicts, and store all others', async () => {
    const events = eventsOf(60);
    await store.journal.append(events[40] as NewEvent, { expectedRevision: 0 });
    const settled = await Promise.allSettled(
      events.map((event, index) =>
        store.journal.append(index === 40 ? { ...event, id: 'another' } : event, { expectedRevision: 0 }),
      ),
    );
    const refused = settled.flatMap((result, index) => (result.status === 'rejected' ? [index] : []));
    expect(refused).toEqual([40]);
    expect(settled[40]).toMatchObject({ reason: { code: 'ROLLCALL_REVISION_CONFLICT' } });
  });

  it('store one that comes again once, and say where it is', async () => {
    const events = eventsOf(40);
    const first = await Promise.all(events.map((event) => store.journal.append(event)));
    const again = await Promise.all(events.map((event) => store.journal.append(event)));
    expect(again).toEqual(first);
  });

  it('of one aggregate are stored in the order they were handed in', async () => {
    const [event] = eventsOf(1) as [NewEvent<InstanceRecord>];
    const versions = Array.from({ length: 30 }, (_, index) => `1.${index}.0`);
    const sequences = await Promise.all(
      versions.map((version) =>
        store.journal.append({ ...event, id: version, data: { ...event.data, version } }),
      ),
    );
    expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
    expect(new Set(sequences).size).toBe(30);
  });
});

const messagesOf = (events: readonly NewEvent[]) =>
  events.map((event) => ({ subject: store.subjects.journal(event.aggregate), ...encodeEvent(event) }));

describe('a batch with an event that cannot be sent', () => {
  it('is refused as a whole, and takes no place among the batches the broker waits for', async () => {
    const tooLarge = { version: 'x'.repeat(limits.recordBytesMax) };
    // The broker waits for 50 batches of a stream at most.
    for (let round = 0; round < 60; round += 1) {
      const [first, second] = eventsOf(2) as [NewEvent<InstanceRecord>, NewEvent<InstanceRecord>];
      const spoilt = { ...second, data: { ...second.data, ...tooLarge } };
      const refused = store.journal.appendBatch([first, spoilt]);
      await expect(refused).rejects.toMatchObject({ code: 'ROLLCALL_RECORD_TOO_LARGE' });
    }
    const { lastSequence } = await store.journal.ends();
    await expect(store.journal.appendBatch(eventsOf(3))).resolves.toBe(lastSequence + 3);
  });

  // The first of 60 is in the way of the 51st, wherever it was cut off.
  it.each([1, 2])('is given up when the client refuses message %i of the two after the first', async (at) => {
    const { journal, streams } = store;
    for (let round = 0; round < 60; round += 1) {
      const messages = messagesOf(eventsOf(3));
      const spoilt = { ...messages[at], payload: new Uint8Array((connection.info?.max_payload ?? 0) + 1) };
      const refused = publishBatch(connection, streams.journal, messages.with(at, spoilt as never));
      await expect(refused).rejects.toMatchObject({
        code: at === 1 ? 'ROLLCALL_BROKER_UNREACHABLE' : 'ROLLCALL_NOT_ACKNOWLEDGED',
      });
    }
    const { lastSequence } = await journal.ends();
    await expect(journal.appendBatch(eventsOf(3))).resolves.toBe(lastSequence + 3);
  });

  it('is given up when nobody answered in time, which changes nothing of what was stored', async () => {
    const { journal, streams } = store;
    const { lastSequence } = await journal.ends();
    const batches = Array.from({ length: 20 }, () => messagesOf(eventsOf(3)));
    const sent = batches.map((messages) => publishBatch(connection, streams.journal, messages, 1));
    const settled = await Promise.allSettled(sent);
    expect(settled.some(({ status }) => status === 'rejected')).toBe(true);
    await expect(journal.appendBatch(eventsOf(3))).resolves.toBe(lastSequence + 63);
  });
});
