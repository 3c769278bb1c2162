import type { NatsConnection } from '@nats-io/nats-core';
import { History, Reader } from '#application';
import type { CallGraph } from '#domain';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { RequestDoor } from '#requests';
import { type NodeAuditor, startAuditor } from './node-auditor.js';
import { type Historian, startHistorian } from './node-historian.js';
import { type NodeConfig, startConfig } from './node-config.js';
import { startCallGraph } from './node-call-graph.js';
import { type NodeWatchman, startWatchman } from './node-watchman.js';
import type { OpenOptions } from './open-options.js';
import { openWriters, type Writers } from './writers.js';

/** What there is once the broker has been joined. */
export interface JoinedRegistry {
  readonly connection: NatsConnection;
  readonly store: RegistryStore;
  readonly projection: Projection;
  readonly writers: Writers;
  /** Absent when this process answers nothing. */
  readonly config?: NodeConfig;
  readonly history: History;
  readonly callGraph: CallGraph;
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
  const { settings, log, feed } = options;
  const { prefix, domain, replicas } = settings;
  const place = domain === undefined ? {} : { domain };
  const store = await openRegistryStore({ connection, prefix, replicas, log, ...place });
  let watchman: NodeWatchman | undefined;
  let config: NodeConfig | undefined;
  let door: RequestDoor | undefined;
  let historian: Historian | undefined;
  let auditor: NodeAuditor | undefined;
  const projection = createProjection(store, {
    leads: options.projects !== false,
    ...(options.onFolded === undefined ? {} : { onFolded: options.onFolded }),
    onTrouble: (error) => log.warn('trouble while following the view', { error: error.message }),
    onChange: (key, record) => {
      watchman?.onChange(key, record);
      config?.onChange(key, record);
      feed?.change(key, record);
    },
    onPosition: ({ position }) => feed?.advance(position),
    onResynced: ({ reason, position, changes }) => {
      feed?.resynced(reason, position);
      if (reason !== 'start') log.info('loaded the view again', { reason, position, changes });
    },
  });
  const { journal, snapshots } = store;
  const history = new History({ journal, snapshots, log, nowMs: () => Date.now() });
  const writers = openWriters(store, projection, history);
  const calls = startCallGraph(store, log);
  const leave = async (hasBroker: boolean): Promise<void> => {
    door?.close();
    calls.stop();
    config?.stop();
    await historian?.stop();
    if (hasBroker) await auditor?.stop();
    if (hasBroker) await Promise.all([watchman?.stop(), projection.stop()]);
    writers.close();
    store.journal.close();
  };
  try {
    await projection.start();
    if (options.watches === true) watchman = await startWatchman(options, store, projection);
    if (options.projects !== false) {
      historian = startHistorian(store, projection, { journal: settings.journal, log });
      const directory = settings.auditDir === undefined ? {} : { directory: settings.auditDir };
      auditor = await startAuditor(store, projection, { log, ...directory });
    }
    if (options.answers === true) {
      door = openDoor({ store, projection, history, callGraph: calls.graph, writers, log });
      if (settings.isSandbox !== true) config = await startConfig(store, writers);
    }
  } catch (error) {
    await leave(true).catch(() => undefined);
    throw error;
  }
  return {
    connection,
    store,
    projection,
    writers,
    history,
    callGraph: calls.graph,
    ...(config === undefined ? {} : { config }),
    leave,
  };
}

/** Lets questions and commands in that come over NATS. */
function openDoor(
  parts: Pick<JoinedRegistry, 'store' | 'projection' | 'history' | 'callGraph' | 'writers'> &
    Pick<OpenOptions, 'log'>,
): RequestDoor {
  const { store, projection, history, callGraph, writers, log } = parts;
  const reader = new Reader(() => projection.follower);
  const door = new RequestDoor({ ...store, reader, history, callGraph, writers: () => writers, log });
  door.open();
  return door;
}
