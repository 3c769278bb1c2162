import 'reflect-metadata';

export {
  isSealed,
  KEY_ID_PATTERN,
  parseSealed,
  printSealed,
  type SealedParts,
  sealedFor,
  type SecretPlace,
} from './config/sealed.js';
export { type ErrorCode, errorCatalogue, errorEntry } from './errors/catalogue.js';
export type { ErrorEntry, ErrorKind } from './errors/entry.js';
export {
  type ErrorOptions,
  errorText,
  isRollcallError,
  readError,
  RollcallError,
} from './errors/rollcall-error.js';
export {
  type Carried,
  carriedHeaderNames,
  carriedType,
  readCarried,
  writeCarried,
} from './events/carried.js';
export { originalOf } from './events/original.js';
export { type Decoded, decodeEvent, type RawEvent, type Rejection, viewKeyOf } from './events/decode.js';
export {
  type ConfigEvent,
  type ConfigGrayEvent,
  type ConfigKeyEvent,
  type ConfigOverrideEvent,
  type ConfigRolloutEvent,
  type ConfigScheduleEvent,
  type ConfigSchemaEvent,
  type EventAttributes,
  headerNames,
  type InstanceEvent,
  type JournalEvent,
  type NewEvent,
  type OverrideEvent,
  type ProtectionEvent,
  type RegistryEvent,
  type ServicePolicyEvent,
  type UndoEvent,
  type VerdictEvent,
  type ViewEvent,
} from './events/envelope.js';
export { aggregateOfType, type EventType, eventTypes, isEventType } from './events/types.js';
export { recordSchemas } from './generated/record-schemas.js';
export { assertLimits, limits } from './limits.js';
export {
  type FailedCallReport,
  type HeartbeatBody,
  type ProbeAnswer,
  readHeartbeatBody,
} from './liveness/heartbeat.js';
export {
  CONFIG_KEY_PATTERN,
  checkName,
  isName,
  NAME_PATTERN,
  quote,
  SEMVER_PATTERN,
  SHARED_APPLICATION,
  TIME_PATTERN,
} from './names.js';
export { HealthCheck, type HealthCheckKind, healthCheckKinds } from './records/health-check.js';
export { METADATA_KEY_PATTERN } from './records/decorators.js';
export { Endpoint, type Protocol, protocols } from './records/endpoint.js';
export { InstanceRecord, type Status, statuses } from './records/instance.js';
export { OverrideRecord, type OverrideStatus, overrideStatuses } from './records/override.js';
export { type FieldProblem, heartbeatTtlMs } from './records/rules.js';
export { recordClasses, type RecordKind } from './records/schemas.js';
export {
  type Balancer,
  balancers,
  CallPolicy,
  RouteMatch,
  RouteRule,
  RouteTarget,
} from './records/routing.js';
export { UndoOrderRecord, UndoRecord } from './records/undo.js';
export { ProtectionRecord } from './records/protection.js';
export { ProtectionPolicy, ServicePolicyRecord } from './records/service-policy.js';
export { assertRecord, describeProblems, recordProblems, recordProblemsByClass } from './records/validate.js';
export {
  Evidence,
  type Signal,
  signals,
  VerdictRecord,
  type VerdictState,
  verdictStates,
} from './records/verdict.js';
export {
  type AggregateId,
  aggregateKey,
  type CallerId,
  type ConfigAggregateId,
  type ConfigScheduleAggregateId,
  type InstanceAggregateId,
  parseAggregateKey,
  type ServiceAggregateId,
  type UndoAggregateId,
} from './aggregates.js';
export {
  type ConfigReport,
  type ConfigRejection,
  readConfigReport,
  readRejections,
} from './config/report.js';
export type { ConfigTimed, ConfigWritten, KeyWritten } from './config/written.js';
export type { ConfigLayer, ConfigReader, EffectiveConfig, EffectiveKey } from './config/effective.js';
export {
  APPLICATION_PATTERN,
  APPLICATION_SCHEMA_KEY,
  type ContentType,
  contentTypes,
  type GrayState,
  grayStates,
  type ScheduleState,
  scheduleStates,
} from './config/words.js';
export { ConfigChangeSet, ConfigRecord } from './records/config.js';
export { ConfigGrayRecord, GrayTarget } from './records/config-gray.js';
export { ConfigMatch } from './records/config-match.js';
export { ConfigOverride, ConfigOverrideRecord } from './records/config-override.js';
export { ConfigRolloutRecord, RolloutRejection } from './records/config-rollout.js';
export { ConfigScheduleRecord, ScheduledChange } from './records/config-schedule.js';
export { ConfigSchemaRecord } from './records/config-schema.js';
export type {
  ConfigDeparture,
  ConfigGrayView,
  ConfigOverrideView,
  ConfigRolloutView,
  ConfigScheduleView,
  ConfigSchemaView,
  ConfigView,
  ViewedConfig,
} from './view/config-view.js';
export { sharedText, SharedTexts } from './shared-text.js';
export type { Writable } from './writable.js';
export {
  type ConfigReporterId,
  createStreamNames,
  createSubjects,
  type IncarnationId,
  incarnationKey,
  parseIncarnationKey,
  type StreamNames,
  type Subjects,
} from './subjects.js';
export {
  type Cause,
  type Departure,
  type EffectiveStatus,
  type InstanceView,
  type OverrideView,
  type JournalMark,
  type PositionRecord,
  type ProtectionView,
  type QuarantineRecord,
  type ServiceSum,
  type ServiceView,
  type VerdictView,
  type ViewedRecord,
  type ViewRecord,
  viewKeys,
} from './view/view-record.js';
