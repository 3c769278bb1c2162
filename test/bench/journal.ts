import type { RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch } from '#nats';
import type { TestBroker } from '#testkit';
import { fixtureEvent, fixtureRecord } from './fixtures.js';

const BATCH = 1_000;

export function connect({ url, user, password }: Pick<TestBroker, 'url' | 'user' | 'password'>) {
  return connectBroker({ url, user, password });
}

/** Bytes of one record of the fixture as JSON, and of its event as the broker gets it, headers included. */
export function fixtureBytes(): { readonly record: number; readonly event: number } {
  const { payload, headers } = encodeEvent(fixtureEvent(1_234, 10_000));
  const record = JSON.stringify(fixtureRecord(1_234, 10_000)).length;
  return { record, event: payload.length + headers.encode().length };
}

/** Fills an empty journal with so many events of so many instances. Returns their bytes, headers included. */
export async function fillJournal(store: RegistryStore, events: number, instances: number): Promise<number> {
  let bytes = 0;
  for (let start = 0; start < events; start += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, events - start) }, (_, offset) => {
      const event = fixtureEvent(start + offset, instances);
      const encoded = encodeEvent(event);
      bytes += encoded.payload.length + encoded.headers.encode().length;
      return { subject: store.subjects.journal(event.aggregate), ...encoded };
    });
    await publishBatch(store.connection, store.streams.journal, messages);
  }
  return bytes;
}
