import type { IncarnationId } from '#contracts';
import { JetStreamBeatSender, openRegistryStore } from '#jetstream';
import { type BrokerAccess, connectBroker } from '#nats';
import { fixtureRecord } from './fixtures.js';

/** Beats for many instances from one process, spread evenly over the interval, each acknowledged. */
export interface BeatOrder {
  readonly access: BrokerAccess;
  /** Instances of the fixture: all numbers below. A list of them would be a message of megabytes. */
  readonly instances: number;
  readonly heartbeatMs: number;
  readonly ttlMs: number;
}

export interface BeatCount {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
}

const TICK_MS = 20;

async function beat({ access, instances, heartbeatMs, ttlMs }: BeatOrder): Promise<void> {
  const ids = Array.from({ length: instances }, (_, index): IncarnationId => {
    const { namespace, service, instance, incarnation } = fixtureRecord(index, instances);
    return { namespace, service, instance, incarnation };
  });
  const store = await openRegistryStore({ connection: await connectBroker(access) });
  const sender = new JetStreamBeatSender(store);
  const count = { sent: 0, acknowledged: 0, failed: 0 };
  const send = async (index: number): Promise<void> => {
    count.sent += 1;
    try {
      await sender.send(ids[index % ids.length] as IncarnationId, ttlMs);
      count.acknowledged += 1;
    } catch {
      count.failed += 1;
    }
  };
  for (let start = 0; start < ids.length; start += 500) {
    await Promise.all(ids.slice(start, start + 500).map((_id, offset) => send(start + offset)));
  }
  process.send?.({ said: 'begun' });
  const beganAtMs = performance.now();
  let next = 0;
  setInterval(() => {
    const due = ((performance.now() - beganAtMs) / heartbeatMs) * ids.length;
    for (; next < due; next += 1) void send(next);
  }, TICK_MS);
  process.on('message', () => process.send?.({ said: 'count', count }));
}

// The channel alone keeps a process of tests not alive.
const untilOrdered = setInterval(() => undefined, 1_000);
process.once('message', (order: BeatOrder) => {
  clearInterval(untilOrdered);
  beat(order).catch((error: unknown) => process.send?.({ said: 'failed', text: String(error) }));
});
