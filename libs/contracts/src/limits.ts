/**
 * Every bound in one place. A number without a bound is an outage waiting for its input.
 * Units stand in the names. `assertLimits` checks the relations between them when the process starts.
 */
export const limits = {
  /** One event body. Larger content belongs behind a link. */
  recordBytesMax: 64 * 1024,
  /** One heartbeat, probe answer or failed-call report. */
  heartbeatBytesMax: 4_096,
  /** Endpoints of one instance. */
  endpointsMax: 32,
  /** Tags of one instance. */
  tagsMax: 64,
  /** One tag. */
  tagLengthMax: 128,
  /** Metadata keys of one instance. */
  metadataKeysMax: 64,
  /** The name of one metadata key. */
  metadataKeyLengthMax: 128,
  /** The value of one metadata key. */
  metadataValueLengthMax: 1024,
  /** A reason that is given for a change. */
  reasonLengthMax: 512,
  /** Header attributes of an event (id, actor, trace ...), which travel on into the view: cut after so many. */
  attributeLengthMax: 512,
  /** The text of one config value, in characters; a sealed secret is longer than what it seals. */
  configValueLengthMax: 32_768,
  /** Overrides of one config key, by label. */
  configOverridesMax: 64,
  /** Keys of one application. */
  configKeysMax: 20_000,
  /** A change may wait for a second up to a year. */
  scheduleMsMin: 1_000,
  /** The longest a change may wait: a year. */
  scheduleMsMax: 366 * 24 * 3_600_000,
  /** Rejections, and instances waited for, that one rollout names; more are counted. */
  rolloutRejectionsMax: 32,
  /** An instance repeats its report after so long; one that is silent for three times as long is no longer expected. */
  configReportMs: 30_000,
  /** Config values an instance may say it rejected, in one report or heartbeat. */
  reportRejectionsMax: 16,
  /** The weight of an instance or of a target of a rule. */
  weightMax: 1000,
  /** What an instance weighs that says nothing. */
  weightDefault: 100,
  /** A port of an endpoint. */
  portMax: 65_535,
  /** 0 means "never beats"; anything else lies between these two. */
  leaseMsMin: 3_000,
  /** The longest lease. */
  leaseMsMax: 24 * 3_600_000,
  /** Heartbeats of one instance come no closer together. */
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
  /** And no less often than so, so that a follower knows that it is not behind. */
  positionMsMax: 1_000,
  /** Services whose count and checksum one position record may carry. */
  beaconServicesMax: 512,

  /** How long one try to store something waits for its acknowledgement. */
  publishTimeoutMs: 2_000,
  /** Tries to store one message. */
  publishAttemptsMax: 20,
  /** Messages of one publisher that wait for their acknowledgement. */
  publishPendingMax: 20_000,
  /** Tries of a write that others writing the same thing get in the way of. */
  registerConflictAttemptsMax: 8,
  /** How long a question to the broker waits for its answer. */
  readTimeoutMs: 10_000,
  /** The pause between two tries to reach a broker again. */
  reconnectWaitMs: 100,

  /** Changes kept for watchers that come back. */
  watchReplayMax: 16_384,
  /** Watchers over HTTP that one registry serves. */
  watchersMax: 20_000,
  /** What may wait for one watcher; a slower one is told the newest state of what it missed, not every step. */
  watchPendingBytesMax: 256 * 1024,
  /** A watcher that takes nothing for so long is let go. */
  watchStallMsMax: 30_000,
  /** A watcher that has nothing to hear hears a comment so often, so that no proxy closes its connection. */
  watchKeepAliveMs: 15_000,
  /** A place to come back to may wait so long for a change it can travel with. */
  watchPositionMs: 1_000,
  /** How long a long poll waits for a change, unless it says otherwise. */
  pollWaitMsDefault: 30_000,
  /** How long it may wait at most. */
  pollWaitMsMax: 300_000,

  /** One parameter of a query: a selector, a list, a version range. */
  queryTextMax: 2_048,
  /** Requirements of a selector, values of a list, fields of a choice: at most so many. */
  queryTermsMax: 64,
  /** Fields to sort by in one query. */
  sortFieldsMax: 8,
  /** Items of one page, unless the query says otherwise. */
  pageLimitDefault: 1_000,
  /** Items of one page at most. */
  pageLimitMax: 10_000,

  /** Routing rules of a service, targets of a rule, callers it names, zones to fall back to. */
  routesMax: 32,
  /** Targets of one routing rule. */
  routeTargetsMax: 16,
  /** Callers that one routing rule names. */
  routeCallersMax: 64,
  /** Zones that calls may fall back to. */
  fallbackZonesMax: 16,
  /** The longest time limit of a call. */
  callTimeoutMsMax: 3_600_000,
  /** Tries of one call. */
  callAttemptsMax: 10,
  /** Instances that a refused call names, each with what speaks against it. */
  callRefusalsMax: 50,
  /** Services one process may report its calls to; edges of the call graph a registry keeps. */
  calleesMax: 256,
  /** Edges of the call graph that a registry keeps. */
  callEdgesMax: 10_000,
  /** How often a process tells of its calls, and how far back the call graph looks. */
  callReportMs: 2_000,
  /** How far back the call graph looks. */
  callWindowMs: 60_000,

  /** Records in one DNS answer; more instances than that are a random share of them. */
  dnsAnswersMax: 256,
  /** UDP answers are no larger, whatever the client takes: what fits every network unfragmented (DNS flag day 2020). */
  dnsUdpBytes: 1_232,
  /** The largest UDP answer that may be set. */
  dnsUdpBytesMax: 65_000,
  /** One DNS query. */
  dnsQueryBytesMax: 4_096,
  /** DNS connections over TCP that one registry holds. */
  dnsTcpConnectionsMax: 256,
  /** A TCP connection on which no whole query arrives for so long is closed. */
  dnsTcpIdleMs: 10_000,

  /** Journal events the SQL projection writes in one transaction. */
  sqlBatchMax: 1_000,
  /** Events it holds in memory before it stops reading and writes first. */
  sqlBufferMax: 8_000,
  /** Entries it remembers between batches. */
  sqlCacheMax: 20_000,
  /** How long the SQL projection waits for a database that is away before it tries again. */
  sqlRetryMs: 1_000,
  /** Rows of one SQL answer, unless the query says otherwise. */
  sqlRowsDefault: 1_000,
  /** Rows of one SQL answer at most. */
  sqlRowsMax: 100_000,
  /** How long one SQL query may take, unless it says otherwise. */
  sqlTimeoutMs: 30_000,
  /** How long it may take at most. */
  sqlTimeoutMsMax: 600_000,

  /** Questions about the past that one process works on at a time, and that may wait for their turn. */
  historyReadsMax: 2,
  /** Questions about the past that may wait for their turn; more are refused. */
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
  /** How often the audit trail is signed for while events come. */
  auditCheckpointMs: 60_000,
  /** At how many moments a call is tried under another policy. */
  whatIfSamplesDefault: 20,
  /** Moments at which a call is tried at most. */
  whatIfSamplesMax: 1_000,
  /** Events a projection of somebody's own takes in at a time, unless it says otherwise, and at most. */
  projectionBatchDefault: 500,
  /** Events a projection takes in at a time at most. */
  projectionBatchMax: 5_000,
  /** How often a batch is tried, with growing pauses between. */
  projectionAttemptsMax: 8,
  /** The longest pause between two tries of a batch. */
  projectionPauseMsMax: 5_000,
  /** How often a projection makes sure that its journal is still the same. */
  projectionCheckMs: 10_000,
  /** Sequences of the journal read in one piece by who reads it all: behind each the broker sends a thousand in vain. */
  journalPieceEventsMax: 10_000,
  /** Events between two snapshots of the view: what a question about the past folds at most, in a small registry. */
  snapshotEventsMin: 20_000,
  /** Snapshots of the past that are kept. */
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
  /** The longest time a journal can be told to keep: a hundred years. */
  journalHoursMax: 876_000,
  /** The smallest size a journal can be told to keep to. */
  journalBytesMin: 16 * 1024 * 1024,
  /** One stored piece of a snapshot. */
  snapshotPartBytes: 256 * 1024,

  /** Objects and lists within each other, in JSON and YAML. */
  configDepthMax: 64,
  /** A file of config that is imported. */
  importBytesMax: 4 * 1024 * 1024,
  /** Keys in one file of config. */
  importKeysMax: 10_000,
  /** Keys of a key ring. */
  ringKeysMax: 64,
  /** Handlers of one event pattern that run at once in one process. */
  transportConcurrencyMax: 1_024,
  /** Tries before an event is given up, and how long the next one may be put off. */
  transportDeliveriesMax: 1_000,
  /** How long the next try of an event may be put off. */
  transportDelayMsMax: 24 * 3_600_000,
  /** The shortest time that a handler can be given before its event is delivered again. */
  transportAckWaitMsMin: 500,

  /** A backup or a restore in which nothing arrives for so long is given up. */
  backupStallMs: 60_000,
  /** The manifest of a backup. */
  backupManifestBytesMax: 1024 * 1024,

  /** The body of one HTTP request, except for a file of config. */
  httpBodyBytesMax: 1024 * 1024,
  /** A request that has not arrived whole in this time is answered 408 and its connection closed. */
  httpRequestMsMax: 30_000,
  /** A registry that is further behind the journal, or has heard nothing of the view for so long, is not ready. */
  lagReadyMax: 1_000,
  /** A registry that has heard nothing of the view for so long is not ready. */
  staleReadyMsMax: 5_000,
  /** How long a read waits for the view to reach the sequence it asks for. */
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
