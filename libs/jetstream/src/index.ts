export { hearConfigReports } from './config-reports.js';
export { JetStreamScheduleTimers } from './schedule-timers.js';
export { JetStreamAudit } from './audit/audit-trail.js';
export { JetStreamBeatSender } from './beat-sender.js';
export { createEmptyJournal, type EmptyJournal } from './empty-journal.js';
export { Election, type ElectionOptions } from './election.js';
export { JetStreamJournal } from './journal.js';
export { JetStreamJournalCutter } from './journal-cutter.js';
export { type TopologyOptions, type WantedStream, wantedStreams } from './stream-configs.js';
export {
  createProjection,
  openRegistryStore,
  type Projection,
  type ProjectionOptions,
  type RegistryStore,
  type StoreOptions,
} from './registry-store.js';
export { API_LEVEL_MIN, differencesOf, ensureTopology } from './topology.js';
export { NatsProber } from './prober.js';
export { JetStreamSight, type SightOptions } from './sight.js';
export { ElectionReplicas } from './replicas.js';
export { createWatchman, type WatchmanOptions } from './watchman.js';
export { JetStreamSnapshots } from './snapshots/snapshot-store.js';
export { JetStreamViewBucket } from './view-bucket.js';
