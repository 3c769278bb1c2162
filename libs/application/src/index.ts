export { type Clock, systemClock } from './ports/clock.js';
export { ClockOffset } from './ports/clock-offset.js';
export type {
  AppendOptions,
  Journal,
  JournalEnds,
  JournalRange,
  LastEvent,
  OpenReader,
} from './ports/journal.js';
export type { Leadership, LeadershipHandlers } from './ports/leadership.js';
export { calmLog } from './ports/calm-log.js';
export { type Log, silentLog } from './ports/log.js';
export type { StoredRecord, ViewBucket, ViewReplica, ViewWrite, ViewWriter } from './ports/view-bucket.js';
export { Projector, type ProjectorParts } from './projector/projector.js';
export { journalStrangeness } from './projector/same-journal.js';
export {
  type Freshness,
  type NamespaceSummary,
  type QueryPlace,
  Reader,
  type ServiceSummary,
  type ViewSource,
} from './reader/reader.js';
export { type CallExplanation, callPlaces, type CallQuestion, explainCall } from './reader/explain-call.js';
export { type Actor, type EventIdentity } from './registrar/event-factory.js';
export { BulkRegistrar, type BulkResult } from './registrar/bulk-registrar.js';
export { Registrar, type Registered, type RegistrationInput } from './registrar/registrar.js';
export { type FoldedJournal, foldJournal, type FoldOptions } from './verify/fold-journal.js';
export { type Difference, type VerifyOptions, type VerifyReport, verifyView } from './verify/verify-view.js';
export type { Disconnect, LeaseMessage, Prober, ProbeResult, Sight, SightHandlers } from './ports/sight.js';
export type { WatchmanCount, WatchmanParts } from './watchman/watch.js';
export { Watchman } from './watchman/watchman.js';
export { type InstanceNames, Operator, type OverrideChange } from './operator/operator.js';
export { storyOf } from './operator/story.js';
export { HealthChecker, type HealthCheckerParts } from './health/health-checker.js';
export type { HealthAnswer, HealthProbe, HealthTarget, Replicas } from './ports/health-probe.js';
export { type BeatSender, LeaseRenewer, type Renewal } from './registrar/lease-renewer.js';
export { ChangeFeed, type FeedChange, type FeedListener, type FeedPlace } from './watch/change-feed.js';
export type { GapReason, ToldRecord, WatchEvent, WatchSink } from './watch/watch-event.js';
export { Watcher, type WatchOrder } from './watch/watcher.js';
export { objectBody, overrideBody, reasonIn } from './input/operator-input.js';
export { registrationOf } from './input/registration-input.js';
export { type BulkItem, registerItems } from './registrar/register-items.js';
export type { HistoricPlace, SnapshotMark, SnapshotStore } from './ports/snapshots.js';
export {
  type HistoricDiff,
  type HistoricView,
  History,
  type HistoryParts,
  type TimelineOrder,
} from './history/history.js';
export { snapshotBehind } from './history/snapshot-behind.js';
export { findMoment, type HistoricMoment } from './history/find-moment.js';
export type { WhatIfReport } from './history/what-if.js';
export { whatIfPolicy } from './history/what-if-input.js';
export type { AvailabilityReport } from './history/availability.js';
export { checkedPlace, placePatterns } from './history/place-patterns.js';
export { type EventFilter } from './history/event-filter.js';
export { eventPieces, type EventRange } from './history/event-pieces.js';
export { timelineOf, type TimelineLine, type TimelineOptions } from './history/timeline.js';
export { SnapshotMaker, type SnapshotMakerParts } from './history/snapshot-maker.js';
export { type ContentMistake, contentMistakeAt, type SchemaSource } from './config/check.js';
export { batchBody, contentIn, expectationOf, putBody, revisionIn } from './config/config-input.js';
export type { ConfigDiff, ConfigRevision } from './config/config-history.js';
export { type ApplicationSummary, ConfigReader, type ShownConfig } from './config/config-reader.js';
export { configPlaces } from './config/config-places.js';
export { ConfigService } from './config/config-service.js';
export type { Imported, ImportedKey, ImportOrder } from './config/config-transfer.js';
export type { ConfigChange } from './config/config-writer.js';
export { documentFormatIn } from './config/document-format.js';
export type { Expectation } from './config/expectation.js';
export { configRefusal } from './config/refusal.js';
export type { ApplicationPlace, KeyPlace } from './config/words.js';
export type { ConfigTimes } from './config/config-schedules.js';
export type { ScheduleWorker } from './config/schedule-worker.js';
export type { ScheduleTimers } from './ports/schedule-timers.js';
export type { AuditBlock, AuditSource, AuditTrail, StoredEvent } from './ports/audit.js';
export { Auditor, type AuditorParts } from './audit/auditor.js';
export { chainHash, GENESIS_HASH } from './audit/chain.js';
export { type AuditFinding, type AuditReport, ChainVerifier } from './audit/chain-verifier.js';
export {
  type Checkpoint,
  CheckpointSigner,
  fingerprintOf,
  isSignatureRight,
  newSigningKey,
  type SignedCheckpoint,
} from './audit/checkpoint.js';
export {
  ARCHIVE_FORMAT,
  type ArchiveHead,
  type ArchiveLine,
  parseArchiveLine,
  printArchiveLine,
} from './audit/archive.js';
export type { GrayOrder } from './config/config-grays.js';
export type { Rollout, Rollouts } from './config/rollouts.js';
export type { JournaledPlan } from './undo/plan-journal.js';
export { type ShownUndo, type UndoAnswer, undoAsked, undoFields } from './undo/undo-door.js';
export { type UndoRequest } from './undo/undo-order.js';
export type { UndoItem } from './undo/undo-item.js';
export type { UndoSkip } from './undo/undo-scan.js';
export { type UndoDone, type UndoPreview, UndoService } from './undo/undo-service.js';
export type { JournalCutter } from './ports/journal-cutter.js';
export { Carrier, type CarrierParts } from './retention/carrier.js';
export type { JournalLimits } from './retention/cut-point.js';
export { Retention, type RetentionParts } from './retention/retention.js';
