import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { systemClock, Watchman, type WatchmanParts } from '#application';
import type { ViewTable } from '#domain';
import { Election } from './election.js';
import { NatsProber } from './prober.js';
import type { RegistryStore } from './registry-store.js';
import { JetStreamSight } from './sight.js';

export interface WatchmanOptions {
  readonly table: ViewTable;
  /** A connection of the system account; without one, verdicts take a heartbeat's life longer. */
  readonly systemConnection?: NatsConnection;
  /** Name of this replica in the journal. */
  readonly observer: string;
  readonly onCount?: WatchmanParts['onCount'];
}

/** A watchman on NATS. Feed it the changes of the view with `onChange`. */
export function createWatchman(store: RegistryStore, options: WatchmanOptions): Watchman {
  const { systemConnection, ...others } = options;
  return new Watchman({
    ...others,
    journal: store.journal,
    log: store.log,
    sight: new JetStreamSight({ ...store, ...(systemConnection === undefined ? {} : { systemConnection }) }),
    prober: new NatsProber(store.connection, store.subjects),
    leadership: new Election({ ...store, role: 'watchman', candidate: options.observer }),
    clock: systemClock,
    identity: { newId: randomUUID, nowIso: () => new Date().toISOString() },
  });
}
