/**
 * Every bound in one place. A number without a bound is an outage waiting for its input.
 * Units stand in the names. `assertLimits` checks the relations between them when the process starts.
 */
export const limits = {
  /** One event body. Larger content belongs behind a link. */
  recordBytesMax: 64 * 1024,
  /** One heartbeat, probe answer or failed-call report. */
  heartbeatBytesMax: 4_096,
  endpointsMax: 32,
  tagsMax: 64,
  tagLengthMax: 128,
  metadataKeysMax: 64,
  metadataKeyLengthMax: 128,
  metadataValueLengthMax: 1024,
  reasonLengthMax: 512,
  /** Header attributes of an event (id, actor, trace ...), which travel on into the view: cut after so many. */
  attributeLengthMax: 512,
  /** The text of one config value, in characters; a sealed secret is longer than what it seals. */
  configValueLengthMax: 32_768,
  configOverridesMax: 64,
  /** Keys of one application. */
  configKeysMax: 20_000,
  /** A change may wait for a second up to a year. */
  scheduleMsMin: 1_000,
  scheduleMsMax: 366 * 24 * 3_600_000,
  rolloutRejectionsMax: 32,
  /** An instance repeats its report after so long; one that is silent for three times as long is no longer expected. */
  configReportMs: 30_000,
  /** Config values an instance may say it rejected, in one report or heartbeat. */
  reportRejectionsMax: 16,
  weightMax: 1000,
  weightDefault: 100,
  portMax: 65_535,
  /** 0 means "never beats"; anything else lies between these two. */
  leaseMsMin: 3_000,
  leaseMsMax: 24 * 3_600_000,
  heartbeatMsMin: 500,

  /** How long the fold remembers a removed instance. Longer than any pause a zombie may survive. */
  tombstoneMs: 24 * 3_600_000,
  /** How much longer the view bucket keeps the tombstone, so that a lagging projector still finds it. */
  tombstoneSlackMs: 3_600_000,
  /** Slots of the quarantine ring: the newest so many unreadable or refused events are shown. */
  quarantineSlots: 4_096,

  /** The broker takes no larger atomic batch (nats-server: 1,000). */
  batchMessagesMax: 1_000,
  /** Writes of the projector that the broker has not acknowledged yet. What is under way is what a crash repeats. */
  projectorInFlightMax: 512,
  /**
   * Journal events the projector reads in one go while it is behind. Then it pauses, because what elects it comes over
   * the same connection and would wait behind the rest of a long journal.
   */
  projectorReadMax: 8_192,
  /** It goes on when fewer writes than this wait for the broker. */
  projectorBacklogMax: 16_384,
  /** Above this distance from the journal's end, several changes of one key are written as one. */
  projectorCoalesceLag: 4_096,
  /** The position record is written at most this often while events flow, and at least every second. */
  positionMsMin: 5,
  positionMsMax: 1_000,
  /** Services whose count and checksum one position record may carry. */
  beaconServicesMax: 512,

  publishTimeoutMs: 2_000,
  publishAttemptsMax: 20,
  publishPendingMax: 20_000,
  registerConflictAttemptsMax: 8,
  readTimeoutMs: 10_000,
  reconnectWaitMs: 100,

  /** Changes kept for watchers that come back. */
  watchReplayMax: 16_384,
  watchersMax: 20_000,
  /** What may wait for one watcher; a slower one is told the newest state of what it missed, not every step. */
  watchPendingBytesMax: 256 * 1024,
  /** A watcher that takes nothing for so long is let go. */
  watchStallMsMax: 30_000,
  watchKeepAliveMs: 15_000,
  /** A place to come back to may wait so long for a change it can travel with. */
  watchPositionMs: 1_000,
  pollWaitMsDefault: 30_000,
  pollWaitMsMax: 300_000,

  /** One parameter of a query: a selector, a list, a version range. */
  queryTextMax: 2_048,
  /** Requirements of a selector, values of a list, fields of a choice: at most so many. */
  queryTermsMax: 64,
  sortFieldsMax: 8,
  pageLimitDefault: 1_000,
  pageLimitMax: 10_000,

  /** Routing rules of a service, targets of a rule, callers it names, zones to fall back to. */
  routesMax: 32,
  routeTargetsMax: 16,
  routeCallersMax: 64,
  fallbackZonesMax: 16,
  callTimeoutMsMax: 3_600_000,
  callAttemptsMax: 10,
  /** Instances that a refused call names, each with what speaks against it. */
  callRefusalsMax: 50,
  /** Services one process may report its calls to; edges of the call graph a registry keeps. */
  calleesMax: 256,
  callEdgesMax: 10_000,
  /** How often a process tells of its calls, and how far back the call graph looks. */
  callReportMs: 2_000,
  callWindowMs: 60_000,

  /** Records in one DNS answer; more instances than that are a random share of them. */
  dnsAnswersMax: 256,
  /** UDP answers are no larger, whatever the client takes: what fits every network unfragmented (DNS flag day 2020). */
  dnsUdpBytes: 1_232,
  dnsUdpBytesMax: 65_000,
  dnsQueryBytesMax: 4_096,
  dnsTcpConnectionsMax: 256,
  /** A TCP connection on which no whole query arrives for so long is closed. */
  dnsTcpIdleMs: 10_000,

  /** Journal events the SQL projection writes in one transaction. */
  sqlBatchMax: 1_000,
  /** Events it holds in memory before it stops reading and writes first. */
  sqlBufferMax: 8_000,
  /** Entries it remembers between batches. */
  sqlCacheMax: 20_000,
  sqlRetryMs: 1_000,
  sqlRowsDefault: 1_000,
  sqlRowsMax: 100_000,
  sqlTimeoutMs: 30_000,
  sqlTimeoutMsMax: 600_000,

  /** Questions about the past that one process works on at a time, and that may wait for their turn. */
  historyReadsMax: 2,
  historyReadsWaitingMax: 32,
  /** Aggregates that one plan may undo something of, and of whose events it may say why they stay. */
  undoItemsMax: 20_000,
  /** Compensating events in one atomic batch: fewer than the broker takes, so that little is tried again. */
  undoBatchEventsMax: 300,
  /** Things undone, and events left alone, that one answer shows; more are counted. */
  undoShownMax: 500,
  /** Plans that are looked at when the unfinished ones are listed: the newest so many. */
  undoPlansMax: 1_000,
  /** Events whose hashes are kept in one message of the audit trail. */
  auditBlockEventsMax: 1_000,
  /** How often the leader audits what was journaled since, and signs for it. */
  auditTickMs: 500,
  auditCheckpointMs: 60_000,
  /** At how many moments a call is tried under another policy. */
  whatIfSamplesDefault: 20,
  whatIfSamplesMax: 1_000,
  /** Events a projection of somebody's own takes in at a time, unless it says otherwise, and at most. */
  projectionBatchDefault: 500,
  projectionBatchMax: 5_000,
  /** How often a batch is tried, with growing pauses between. */
  projectionAttemptsMax: 8,
  projectionPauseMsMax: 5_000,
  /** How often a projection makes sure that its journal is still the same. */
  projectionCheckMs: 10_000,
  /** Sequences of the journal read in one piece by who reads it all: behind each the broker sends a thousand in vain. */
  journalPieceEventsMax: 10_000,
  /** Events between two snapshots of the view: what a question about the past folds at most, in a small registry. */
  snapshotEventsMin: 20_000,
  snapshotsMax: 256,
  /** How often the leader looks whether a snapshot is due. */
  snapshotTickMs: 2_000,
  /** How often the leader looks whether the journal has outgrown its limits. */
  retentionTickMs: 10_000,
  /**
   * The newest events stay whatever their age, and a cut takes no fewer. A cut covers so many events more than it takes:
   * so many may be appended while a limit stands.
   */
  retentionHeadroomEventsMin: 5_000,
  /** A cut covers half of what it leaves, and so many events at most: they may be appended where a leader dies in it. */
  retentionReachEventsMax: 50_000,
  /** Events that one cut takes off the journal at most; a longer journal is cut several times. */
  retentionEventsMax: 50_000,
  /** Events that are carried in one batch, all or none. */
  carriedBatchMax: 300,
  /** No less than two lives of a tombstone: what is cut is forgotten by the view too. */
  journalHoursMin: 48,
  journalHoursMax: 876_000,
  journalBytesMin: 16 * 1024 * 1024,
  /** One stored piece of a snapshot. */
  snapshotPartBytes: 256 * 1024,

  /** Objects and lists within each other, in JSON and YAML. */
  configDepthMax: 64,
  /** A file of config that is imported. */
  importBytesMax: 4 * 1024 * 1024,
  importKeysMax: 10_000,
  /** Keys of a key ring. */
  ringKeysMax: 64,
  /** Handlers of one event pattern that run at once in one process. */
  transportConcurrencyMax: 1_024,
  /** Tries before an event is given up, and how long the next one may be put off. */
  transportDeliveriesMax: 1_000,
  transportDelayMsMax: 24 * 3_600_000,
  transportAckWaitMsMin: 500,

  /** A backup or a restore in which nothing arrives for so long is given up. */
  backupStallMs: 60_000,
  /** The manifest of a backup. */
  backupManifestBytesMax: 1024 * 1024,

  httpBodyBytesMax: 1024 * 1024,
  /** A request that has not arrived whole in this time is answered 408 and its connection closed. */
  httpRequestMsMax: 30_000,
  /** A registry that is further behind the journal, or has heard nothing of the view for so long, is not ready. */
  lagReadyMax: 1_000,
  staleReadyMsMax: 5_000,
  atLeastWaitMsMax: 10_000,
} as const;

/** Throws a plain Error when two limits contradict each other: that is a mistake in this file. */
export function assertLimits(values: typeof limits = limits): void {
  const relations: [boolean, string][] = [
    [values.leaseMsMin < values.leaseMsMax, 'leaseMsMin < leaseMsMax'],
    [values.recordBytesMax <= values.httpBodyBytesMax, 'recordBytesMax <= httpBodyBytesMax'],
    [values.positionMsMin < values.positionMsMax, 'positionMsMin < positionMsMax'],
    [values.positionMsMax < values.staleReadyMsMax, 'positionMsMax < staleReadyMsMax'],
    [
      values.projectorInFlightMax <= values.projectorCoalesceLag,
      'projectorInFlightMax <= projectorCoalesceLag',
    ],
    [values.projectorCoalesceLag < values.projectorBacklogMax, 'projectorCoalesceLag < projectorBacklogMax'],
    [values.undoBatchEventsMax <= 900, 'undoBatchEventsMax <= 900'],
    [values.tombstoneSlackMs < values.tombstoneMs, 'tombstoneSlackMs < tombstoneMs'],
    [values.weightDefault <= values.weightMax, 'weightDefault <= weightMax'],
  ];
  for (const [holds, text] of relations) {
    if (!holds) throw new Error(`limits contradict each other: ${text} does not hold`);
  }
}
