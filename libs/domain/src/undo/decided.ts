import { type EventType, eventTypes } from '#contracts';

/**
 * What somebody decided, and what ended an instance: of a range these are undone when no type is named. What a service
 * says of itself while it lives is left alone, and the watchman suspects and clears by itself.
 */
export const decidedTypes: ReadonlySet<EventType> = new Set<EventType>([
  eventTypes.instanceDeregistered,
  eventTypes.instanceReinstated,
  eventTypes.overrideSet,
  eventTypes.overrideRemoved,
  eventTypes.verdictExpired,
  eventTypes.servicePolicySet,
  eventTypes.configSet,
  eventTypes.configDeleted,
  eventTypes.configRolledBack,
  eventTypes.configOverrideSet,
  eventTypes.configOverrideRemoved,
  eventTypes.configSchemaSet,
  eventTypes.configSchemaRemoved,
]);

/** What took instances and settings of a service away: undone when a service is restored. */
export const lossTypes = [
  eventTypes.instanceDeregistered,
  eventTypes.overrideSet,
  eventTypes.overrideRemoved,
  eventTypes.verdictExpired,
  eventTypes.servicePolicySet,
] as const;
