import { heartbeatTtlMs, type IncarnationId } from '#contracts';
import { JetStreamBeatSender, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, ViewFollower } from '#nats';
import { startTestBroker } from '#testkit';
import { fixtureEvent } from '../fixtures.js';
import { startRegistry } from '../registry.js';
import { settled } from '../settled.js';
import { abreast, numbers } from './abreast.js';
import { LEASE_TTL_MS, type LeaseSystem } from './lease-system.js';
import { type Later, opening } from './opening.js';

const IN_FLIGHT = 64;
const BATCH = 1_000;
const PROJECTED_MS_MAX = 120_000;
const HEARTBEAT_MS = LEASE_TTL_MS / 3;

/** Rollcall as it ships: beats into the stream of heartbeats, and a registry that watches for those that stop. */
export const startRollcallLeases = (leases: number): Promise<LeaseSystem> =>
  opening((later) => openRollcallLeases(leases, later));

async function openRollcallLeases(leases: number, later: Later): Promise<Omit<LeaseSystem, 'stop'>> {
  const broker = await startTestBroker({ synced: true });
  later(() => broker.stop());
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password });
  later(() => connection.close());
  const store = await openRegistryStore({ connection });
  const ids = await register(store, leases);
  const sender = new JetStreamBeatSender(store);
  later(() => sender.close());
  const ttlMs = heartbeatTtlMs(HEARTBEAT_MS);
  const renew = (lease: number): Promise<void> => sender.send(ids[lease] as IncarnationId, ttlMs);
  await abreast(numbers(leases), IN_FLIGHT, renew);
  const { lastSequence } = await store.journal.ends();
  const registry = await startRegistry(broker, { role: `registry with ${leases} leases` });
  later(() => registry.stop());
  const projected = new ViewFollower({ ...store, scope: { namespace: 'none' } });
  await projected.start();
  await projected.reached(lastSequence, PROJECTED_MS_MAX);
  projected.close();
  await settled(store);
  return {
    name: 'Rollcall',
    durability: 'a renewal is acknowledged by the broker and reaches its disk soon after',
    how: 'a heartbeat of its own for each instance, acknowledged; the registry watches for those that stop',
    servers: [broker.pid, registry.pid],
    renew,
  };
}

async function register(store: RegistryStore, leases: number): Promise<IncarnationId[]> {
  const events = numbers(leases).map((index) => {
    const event = fixtureEvent(index, leases);
    return { ...event, data: { ...event.data, heartbeatMs: HEARTBEAT_MS, leaseMs: LEASE_TTL_MS } };
  });
  for (let start = 0; start < leases; start += BATCH)
    await store.journal.appendBatch(events.slice(start, start + BATCH));
  return events.map(({ data: { namespace, service, instance, incarnation } }) => ({
    namespace,
    service,
    instance,
    incarnation,
  }));
}
