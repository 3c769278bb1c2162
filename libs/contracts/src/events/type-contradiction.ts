import { quote } from '../names.js';
import { type EventType, eventTypes } from './types.js';

/** A field that repeats what the type says, and the value it must have. `undefined` stands for absent or false. */
type Repeated = readonly [field: string, wanted: (value: unknown) => boolean];

const isTrue = (value: unknown): boolean => value === true;
const isNotTrue = (value: unknown): boolean => value !== true;
const is =
  (wanted: string) =>
  (value: unknown): boolean =>
    value === wanted;
const isAbsent = (value: unknown): boolean => value === undefined;
const isPresent = (value: unknown): boolean => value !== undefined;

const repeated: Readonly<Partial<Record<EventType, readonly Repeated[]>>> = {
  [eventTypes.overrideSet]: [['removed', isNotTrue]],
  [eventTypes.overrideRemoved]: [['removed', isTrue]],
  [eventTypes.verdictSuspected]: [['state', is('suspected')]],
  [eventTypes.verdictCleared]: [['state', is('cleared')]],
  [eventTypes.verdictExpired]: [['state', is('expired')]],
  [eventTypes.protectionEngaged]: [['engaged', isTrue]],
  [eventTypes.protectionReleased]: [['engaged', isNotTrue]],
  [eventTypes.configSet]: [
    ['deleted', isNotTrue],
    ['restores', isAbsent],
  ],
  [eventTypes.configDeleted]: [['deleted', isTrue]],
  [eventTypes.configRolledBack]: [
    ['deleted', isNotTrue],
    ['restores', isPresent],
  ],
  [eventTypes.configOverrideSet]: [['removed', isNotTrue]],
  [eventTypes.configOverrideRemoved]: [['removed', isTrue]],
  [eventTypes.configSchemaSet]: [['removed', isNotTrue]],
  [eventTypes.configSchemaRemoved]: [['removed', isTrue]],
  [eventTypes.configGrayStarted]: [['state', is('running')]],
  [eventTypes.configGrayWidened]: [['state', is('running')]],
  [eventTypes.configGrayCompleted]: [['state', is('completed')]],
  [eventTypes.configGrayWithdrawn]: [['state', is('withdrawn')]],
  [eventTypes.configGrayStopped]: [['state', is('stopped')]],
  [eventTypes.configScheduleSet]: [['state', is('set')]],
  [eventTypes.configScheduleCancelled]: [['state', is('cancelled')]],
  [eventTypes.configScheduleSkipped]: [['state', is('skipped')]],
  [eventTypes.configScheduleApplied]: [['state', is('applied')]],
  [eventTypes.undoStarted]: [['state', is('started')]],
  [eventTypes.undoFinished]: [['state', is('finished')]],
};

/** What a body says otherwise than its type, in words; undefined when both agree. */
export function typeContradictionOf(type: EventType, data: Record<string, unknown>): string | undefined {
  for (const [field, wanted] of repeated[type] ?? []) {
    if (wanted(data[field])) continue;
    const article = field === 'state' ? 'the state' : `"${field}"`;
    return `the type is ${quote(type)} and ${article} is ${quote(data[field])}`;
  }
  return undefined;
}
