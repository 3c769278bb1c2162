import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import type { InstanceView } from '#contracts';
import { Registrar } from '#application';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import type { OpenOptions } from './open-options.js';
import { type NodeWatchman, startWatchman } from './node-watchman.js';

/** What there is once the broker has been joined. */
export interface JoinedRegistry {
  readonly connection: NatsConnection;
  readonly store: RegistryStore;
  readonly projection: Projection;
  readonly registrar: Registrar;
  /**
   * Ends what runs on the connection, which stays open.
   * @param hasBroker whether leadership can be handed over; without a broker it lapses by itself
   */
  leave(hasBroker: boolean): Promise<void>;
}

/** Opens everything a node works with on a connection. */
export async function openRegistry(
  connection: NatsConnection,
  options: OpenOptions,
): Promise<JoinedRegistry> {
  const { settings, log } = options;
  const { prefix, domain, replicas } = settings;
  const place = domain === undefined ? {} : { domain };
  const store = await openRegistryStore({ connection, prefix, replicas, log, ...place });
  let watchman: NodeWatchman | undefined;
  const projection = createProjection(store, {
    onTrouble: (error) => log.warn('trouble while following the view', { error: error.message }),
    onChange: (key, record) => watchman?.onChange(key, record),
    onResynced: ({ reason, position, changes }) => {
      if (reason !== 'start') log.info('loaded the view again', { reason, position, changes });
    },
  });
  const leave = async (hasBroker: boolean): Promise<void> => {
    if (hasBroker) await Promise.all([watchman?.stop(), projection.stop()]);
    store.journal.close();
  };
  try {
    await projection.start();
    if (options.watches === true) watchman = await startWatchman(options, store, projection);
  } catch (error) {
    await leave(true).catch(() => undefined);
    throw error;
  }
  return { connection, store, projection, registrar: registrarOver(store, projection), leave };
}

function registrarOver(store: RegistryStore, { table }: Projection): Registrar {
  const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };
  return new Registrar(
    store.journal,
    identity,
    (key) => table.get(key)?.entry.record as InstanceView | undefined,
  );
}
