import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { NatsConnection } from '@nats-io/nats-core';
import type { InstanceView } from '#contracts';
import { type Log, Registrar, type Watchman } from '#application';
import {
  createProjection,
  createWatchman,
  openRegistryStore,
  type Projection,
  type RegistryStore,
} from '#jetstream';
import { connectBroker } from '#nats';
import type { Settings } from '#platform';

export interface OpenOptions {
  /** Shown in the broker's lists of connections. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Log;
  /** Also find out who is dead. */
  readonly watches?: boolean;
}

/** What there is once the broker has been joined. */
export interface JoinedRegistry {
  readonly connection: NatsConnection;
  readonly store: RegistryStore;
  readonly projection: Projection;
  readonly registrar: Registrar;
  readonly watchman?: Watchman;
  /** Hands every leadership over; the connection stays open. */
  leave(): Promise<void>;
  /** The second connection, of the system account, when there is one. */
  readonly system?: NatsConnection;
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
  let watchman: Watchman | undefined;
  const projection = createProjection(store, {
    onTrouble: (error) => log.warn('trouble while following the view', { error: error.message }),
    onChange: (key, record) => watchman?.onChange(key, record),
    onResynced: ({ reason, position, changes }) => {
      if (reason !== 'start') log.info('loaded the view again', { reason, position, changes });
    },
  });
  const system = options.watches === true ? await connectSystem(options) : undefined;
  const leave = async (): Promise<void> => {
    await Promise.all([watchman?.stop(), projection.stop()]);
  };
  try {
    await projection.start();
    if (options.watches === true) {
      watchman = createWatchman(store, {
        table: projection.table,
        observer: `${options.name}@${hostname()}`,
        ...(system === undefined ? {} : { systemConnection: system }),
      });
      await watchman.start();
    }
  } catch (error) {
    await leave().catch(() => undefined);
    await system?.close();
    throw error;
  }
  const registrar = registrarOver(store, projection);
  return {
    connection,
    store,
    projection,
    registrar,
    leave,
    ...(watchman === undefined ? {} : { watchman }),
    ...(system === undefined ? {} : { system }),
  };
}

/** Connection advisories make it quicker to see who is gone; without them the rest still works. */
async function connectSystem({ settings, log, name }: OpenOptions): Promise<NatsConnection | undefined> {
  if (settings.sys === undefined) return undefined;
  const { url, tls } = settings.broker;
  try {
    return await connectBroker({
      url,
      ...settings.sys,
      name: `${name}-system`,
      ...(tls === undefined ? {} : { tls }),
    });
  } catch (error) {
    const trouble = (error as Error).message;
    log.warn('no system account: lost connections are seen by their heartbeats only', { trouble });
    return undefined;
  }
}

function registrarOver(store: RegistryStore, { table }: Projection): Registrar {
  const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };
  return new Registrar(
    store.journal,
    identity,
    (key) => table.get(key)?.entry.record as InstanceView | undefined,
  );
}
