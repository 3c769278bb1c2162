import type { AggregateId } from '../subjects.js';

/** Wire types of version 1: facts in the past tense. A changed meaning gets a new version. */
export const eventTypes = {
  instanceRegistered: 'rollcall.instance.registered.v1',
  instanceUpdated: 'rollcall.instance.updated.v1',
  instanceDeregistered: 'rollcall.instance.deregistered.v1',
  overrideSet: 'rollcall.override.set.v1',
  overrideRemoved: 'rollcall.override.removed.v1',
  verdictSuspected: 'rollcall.verdict.suspected.v1',
  verdictCleared: 'rollcall.verdict.cleared.v1',
  verdictExpired: 'rollcall.verdict.expired.v1',
  servicePolicySet: 'rollcall.service.policy-set.v1',
  protectionEngaged: 'rollcall.protection.engaged.v1',
  protectionReleased: 'rollcall.protection.released.v1',
} as const;

export type EventType = (typeof eventTypes)[keyof typeof eventTypes];

/** Which aggregate each type belongs to: an event elsewhere contradicts its subject. */
export const aggregateOfType: Readonly<Record<EventType, AggregateId['kind']>> = {
  [eventTypes.instanceRegistered]: 'instance',
  [eventTypes.instanceUpdated]: 'instance',
  [eventTypes.instanceDeregistered]: 'instance',
  [eventTypes.overrideSet]: 'override',
  [eventTypes.overrideRemoved]: 'override',
  [eventTypes.verdictSuspected]: 'verdict',
  [eventTypes.verdictCleared]: 'verdict',
  [eventTypes.verdictExpired]: 'verdict',
  [eventTypes.servicePolicySet]: 'service',
  [eventTypes.protectionEngaged]: 'protection',
  [eventTypes.protectionReleased]: 'protection',
};

export function isEventType(value: string): value is EventType {
  return Object.hasOwn(aggregateOfType, value);
}
