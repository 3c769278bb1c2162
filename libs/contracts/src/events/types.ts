import type { AggregateId } from '../aggregates.js';

/** Wire types of version 1: facts in the past tense. A changed meaning gets a new version. */
export const eventTypes = {
  instanceRegistered: 'rollcall.instance.registered.v1',
  instanceUpdated: 'rollcall.instance.updated.v1',
  instanceDeregistered: 'rollcall.instance.deregistered.v1',
  instanceReinstated: 'rollcall.instance.reinstated.v1',
  overrideSet: 'rollcall.override.set.v1',
  overrideRemoved: 'rollcall.override.removed.v1',
  verdictSuspected: 'rollcall.verdict.suspected.v1',
  verdictCleared: 'rollcall.verdict.cleared.v1',
  verdictExpired: 'rollcall.verdict.expired.v1',
  servicePolicySet: 'rollcall.service.policy-set.v1',
  protectionEngaged: 'rollcall.protection.engaged.v1',
  protectionReleased: 'rollcall.protection.released.v1',
  configSet: 'rollcall.config.set.v1',
  configDeleted: 'rollcall.config.deleted.v1',
  configRolledBack: 'rollcall.config.rolled-back.v1',
  configOverrideSet: 'rollcall.config.override-set.v1',
  configOverrideRemoved: 'rollcall.config.override-removed.v1',
  configSchemaSet: 'rollcall.config.schema-set.v1',
  configSchemaRemoved: 'rollcall.config.schema-removed.v1',
  configGrayStarted: 'rollcall.config.gray-started.v1',
  configGrayWidened: 'rollcall.config.gray-widened.v1',
  configGrayCompleted: 'rollcall.config.gray-completed.v1',
  configGrayWithdrawn: 'rollcall.config.gray-withdrawn.v1',
  configGrayStopped: 'rollcall.config.gray-stopped.v1',
  configScheduleSet: 'rollcall.config.schedule-set.v1',
  configScheduleCancelled: 'rollcall.config.schedule-cancelled.v1',
  configScheduleSkipped: 'rollcall.config.schedule-skipped.v1',
  configScheduleApplied: 'rollcall.config.schedule-applied.v1',
  configRolloutSummarized: 'rollcall.config.rollout-summarized.v1',
  undoStarted: 'rollcall.undo.started.v1',
  undoFinished: 'rollcall.undo.finished.v1',
} as const;

export type EventType = (typeof eventTypes)[keyof typeof eventTypes];

/** Which aggregate each type belongs to: an event elsewhere contradicts its subject. */
export const aggregateOfType: Readonly<Record<EventType, AggregateId['kind']>> = {
  [eventTypes.instanceRegistered]: 'instance',
  [eventTypes.instanceUpdated]: 'instance',
  [eventTypes.instanceDeregistered]: 'instance',
  [eventTypes.instanceReinstated]: 'instance',
  [eventTypes.overrideSet]: 'override',
  [eventTypes.overrideRemoved]: 'override',
  [eventTypes.verdictSuspected]: 'verdict',
  [eventTypes.verdictCleared]: 'verdict',
  [eventTypes.verdictExpired]: 'verdict',
  [eventTypes.servicePolicySet]: 'service',
  [eventTypes.protectionEngaged]: 'protection',
  [eventTypes.protectionReleased]: 'protection',
  [eventTypes.configSet]: 'config',
  [eventTypes.configDeleted]: 'config',
  [eventTypes.configRolledBack]: 'config',
  [eventTypes.configOverrideSet]: 'config-override',
  [eventTypes.configOverrideRemoved]: 'config-override',
  [eventTypes.configSchemaSet]: 'config-schema',
  [eventTypes.configSchemaRemoved]: 'config-schema',
  [eventTypes.configGrayStarted]: 'config-gray',
  [eventTypes.configGrayWidened]: 'config-gray',
  [eventTypes.configGrayCompleted]: 'config-gray',
  [eventTypes.configGrayWithdrawn]: 'config-gray',
  [eventTypes.configGrayStopped]: 'config-gray',
  [eventTypes.configScheduleSet]: 'config-schedule',
  [eventTypes.configScheduleCancelled]: 'config-schedule',
  [eventTypes.configScheduleSkipped]: 'config-schedule',
  [eventTypes.configScheduleApplied]: 'config-schedule',
  [eventTypes.configRolloutSummarized]: 'config-rollout',
  [eventTypes.undoStarted]: 'undo',
  [eventTypes.undoFinished]: 'undo',
};

export function isEventType(value: string): value is EventType {
  return Object.hasOwn(aggregateOfType, value);
}
