export { compileMatch } from './config/match.js';
export {
  type KeySources,
  resolveEffective,
  resolveKey,
  sourceAt,
  SourceTable,
  type ViewSlot,
} from './config/resolve.js';
export { isInShare } from './config/stable-share.js';
export { graceMs, type LeasePreset, leasePresets, type LeaseTimes, leaseTimes } from './lease/lease.js';
export { changeableFields, type InstanceChange, mergeInstance } from './instance/merge.js';
export { normalizeInstance, type NormalRecord } from './instance/normalize.js';
export { isVerdictInForce, joinInstance, splitInstance } from './instance/state.js';
export { conflictPauseMs } from './retry.js';
export { fromTime, toTime } from './time.js';
export { changedPaths, describeChange } from './view/change.js';
export { causeOf, isInstanceView, isPresent, shouldBeat, type ViewEntry } from './view/entry.js';
export { type Evolved, evolve } from './view/evolve.js';
export { addSums, emptySum, entryHash, sameSum } from './view/sum.js';
export { applicationId, effectiveKinds, serviceId, SumLedger } from './view/sum-ledger.js';
export { type ApplicationSlots, type ServiceSlots, type Slot, ViewTable } from './view/table.js';
export {
  type FoldEntry,
  foldEvent,
  isForgotten,
  joinEntry,
  mayBeForgotten,
  splitEntry,
} from './view/fold-entry.js';
export { type BeatHeaders, type BeatKind, classifyBeat, isLapsed, ttlRefusal } from './liveness/beat.js';
export {
  defaultProtection,
  expiryStep,
  type Headcount,
  isMassExpiry,
  isProtectionSpent,
} from './liveness/protection.js';
export { isQuiet, type SuspectFacts, type SuspectStep, suspectStep } from './liveness/suspect.js';
export * from './query/index.js';
export { tell } from './story/tell.js';
export {
  type AvailabilitySum,
  type InstanceAvailability,
  InstanceLedger,
  type Outage,
  sumAvailability,
} from './history/availability.js';
export { type Judgement, judgeSuspicion, type Suspicion, type WhatIf } from './history/what-if.js';
export { diffViews, type FieldDifference, type ViewDifference } from './history/diff.js';
export { type Moment, parseDuration, parseMoment } from './history/moment.js';
export * from './balance/index.js';
export * from './calls/index.js';
export { addressRefusal, hostRefusal } from './health/address-policy.js';
export { AddressRefused, guardLookup, type Resolve } from './health/guard-lookup.js';
export {
  type CheckRun,
  type CheckVerdict,
  countAnswer,
  healthCheckPlan,
  type HealthCheckPlan,
  ownerOf,
} from './health/check-state.js';
export { diffLines, type DiffLine } from './config/diff.js';
export { isInGray } from './config/match.js';
export { compensate } from './undo/compensate.js';
export type { Compensating, Compensation, Undoing } from './undo/undoing.js';
export { decidedTypes, lossTypes } from './undo/decided.js';
