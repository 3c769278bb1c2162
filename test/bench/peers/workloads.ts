import { fixtureRecord } from '../fixtures.js';
import { abreast, numbers } from './abreast.js';
import type { Peer, PeerRecord } from './peer.js';

export const IN_FLIGHT = 64;
/** The service of 20 instances that lookups ask for. */
const LOOKED_UP = 'looked-up';

let next = 0;

/** Records nobody has registered before, spread over services of 20. */
function newRecords(count: number): PeerRecord[] {
  return Array.from({ length: count }, () => {
    next += 1;
    const service = `service-${Math.floor(next / 20)}`;
    const instance = `${service}-${next}`;
    return { service, instance, value: JSON.stringify({ ...fixtureRecord(next, 1e9), service, instance }) };
  });
}

/** Hears of instances; somebody may wait for one. */
export class Seen {
  readonly #waiting = new Map<string, () => void>();

  readonly hear = (instance: string): void => {
    const resolve = this.#waiting.get(instance);
    this.#waiting.delete(instance);
    resolve?.();
  };

  of(instance: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(instance, resolve));
  }
}

/** Register -> stored and seen by the watcher, one after the other; in ms. */
export async function seenTimes(peer: Peer, seen: Seen, count: number): Promise<number[]> {
  const samples: number[] = [];
  const records = newRecords(count);
  await peer.prepare?.(records);
  for (const record of records) {
    const arrived = seen.of(record.instance);
    const startedAtMs = performance.now();
    await Promise.all([peer.register(record), arrived]);
    samples.push(performance.now() - startedAtMs);
  }
  return samples;
}

/** Registrations a second, each a call of its own, so many in flight in one process. */
export async function singleRate(
  peer: Peer,
  count: number,
  register: (record: PeerRecord, writer: number) => Promise<void> = (record) => peer.register(record),
): Promise<number> {
  const records = newRecords(count);
  await peer.prepare?.(records);
  return rateOf(count, () => abreast(records, IN_FLIGHT, register));
}

/**
 * Registrations a second in bulk, one request after the other, each as large as the system takes as it ships and no
 * larger than a thousand; and the same until the watcher has seen all of them.
 */
export async function bulkRates(peer: Peer, count: number): Promise<{ stored: number; seen: number }> {
  const records = newRecords(count);
  await peer.prepare?.(records);
  let stored = NaN;
  const seen = await rateOf(count, async () => {
    stored = await rateOf(count, async () => {
      for (let start = 0; start < count; start += peer.bulkMax) {
        await peer.registerBulk(records.slice(start, start + peer.bulkMax));
      }
    });
    await peer.allSeen?.();
  });
  return { stored, seen };
}

/** Lookups of a 20-instance service a second, so many in flight. */
export async function lookupRate(
  lookup: (service: string) => Promise<number>,
  count: number,
): Promise<number> {
  const found = await lookup(LOOKED_UP);
  if (found !== 20) throw new Error(`found ${found} of 20 instances`);
  const ask = (times: number): Promise<void> => abreast(numbers(times), IN_FLIGHT, () => lookup(LOOKED_UP));
  await ask(count / 4);
  return rateOf(count, () => ask(count));
}

export const lookupRecords = (): PeerRecord[] =>
  Array.from({ length: 20 }, (_, index) => {
    const instance = `${LOOKED_UP}-${index}`;
    const record = { ...fixtureRecord(index, 20), service: LOOKED_UP, instance };
    return { service: LOOKED_UP, instance, value: JSON.stringify(record) };
  });

async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - startedAtMs);
}
