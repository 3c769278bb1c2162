import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { createStreamNames, createSubjects, type StreamNames, type Subjects } from '#contracts';
import {
  calmLog,
  type Log,
  Projector,
  type ProjectorParts,
  silentLog,
  systemClock,
  type ViewReplica,
} from '#application';
import { ViewTable } from '#domain';
import { type FollowerHandlers, ViewFollower, watchConnection } from '#nats';
import { JetStreamAudit } from './audit/audit-trail.js';
import { Election } from './election.js';
import { JetStreamJournal } from './journal.js';
import { ensureTopology } from './topology.js';
import { JetStreamSnapshots } from './snapshots/snapshot-store.js';
import { JetStreamViewBucket } from './view-bucket.js';

export interface StoreOptions {
  readonly connection: NatsConnection;
  /** Keeps this registry apart from another on the same broker. */
  readonly prefix?: string;
  readonly domain?: string;
  readonly replicas?: number;
  readonly log?: Log;
}

/** A registry's streams, opened: the journal and the view bucket. Creates what is missing. */
export interface RegistryStore {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  readonly log: Log;
  readonly journal: JetStreamJournal;
  readonly bucket: JetStreamViewBucket;
  readonly snapshots: JetStreamSnapshots;
  readonly audit: JetStreamAudit;
}

/** @throws ROLLCALL_BROKER_TOO_OLD, ROLLCALL_BROKER_NO_JETSTREAM, ROLLCALL_STREAM_CONFLICT */
export async function openRegistryStore(options: StoreOptions): Promise<RegistryStore> {
  const { connection, prefix = '', replicas = 1 } = options;
  // What strangers send makes warnings: their number must not fill a disk.
  const log = calmLog(options.log ?? silentLog, systemClock);
  const subjects = createSubjects(prefix);
  const streams = createStreamNames(prefix);
  const domain = options.domain === undefined ? {} : { domain: options.domain };
  const manager = await ensureTopology(connection, { subjects, streams, replicas, ...domain });
  const place = { connection, subjects, streams, ...domain };
  return {
    ...place,
    manager,
    log,
    journal: new JetStreamJournal(place, manager),
    bucket: new JetStreamViewBucket(place),
    snapshots: new JetStreamSnapshots(place, manager),
    audit: new JetStreamAudit(place, manager),
  };
}

export interface ProjectionOptions extends FollowerHandlers {
  readonly onFolded?: ProjectorParts['onFolded'];
  /** Takes part in the election of who folds. Default true; else it only follows. */
  readonly leads?: boolean;
}

/** The view in this process: followed always, written whenever this process leads. */
export interface Projection {
  readonly table: ViewTable;
  readonly follower: ViewFollower;
  readonly projector: Projector;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** One table serves both: a projector on standby is hot because it follows, and a leader's readers read what it folds. */
export function createProjection(store: RegistryStore, options: ProjectionOptions = {}): Projection {
  const { connection, log } = store;
  const table = new ViewTable();
  const { onFolded, leads = true, ...handlers } = options;
  const { echoes } = store.bucket;
  const isLeading = (): boolean => projector.isLeading;
  const follower = new ViewFollower({ ...store, ...handlers, table, echoes, isLeading });
  const replica: ViewReplica = {
    takeOver: async () => {
      await follower.resync('takeover');
      return follower.storedPosition;
    },
  };
  const leadership = new Election({ ...store, role: 'projector' });
  const parts = {
    journal: store.journal,
    snapshots: store.snapshots,
    bucket: store.bucket,
    replica,
    table,
    leadership,
    clock: systemClock,
    log,
  };
  const projector = new Projector({ ...parts, ...(onFolded === undefined ? {} : { onFolded }) });
  let stopWatching = (): void => undefined;
  return {
    table,
    follower,
    projector,
    start: async () => {
      await follower.start();
      stopWatching = watchConnection(connection, { onReconnect: () => projector.restartTerm() });
      if (leads) await projector.start();
    },
    stop: async () => {
      stopWatching();
      await projector.stop();
      follower.close();
    },
  };
}
