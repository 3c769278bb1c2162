import { type ConfigScheduleView, type ConfigView, eventTypes, type ScheduledChange } from '#contracts';
import { isPresent, toTime, type ViewTable } from '#domain';
import type { Actor } from '../registrar/event-factory.js';
import { eventOf } from './aggregate-writer.js';
import type { GuardedEvent } from './append-all.js';
import type { ConfigParts, PlannedKey } from './config-writer.js';
import type { ApplicationPlace } from './words.js';

/** The schedule that will undo a change, in the same batch as the change itself. */
export interface Reverting {
  readonly schedule: string;
  readonly atMs: number;
  readonly by: Actor;
}

/**
 * The event that sets it. It names the change by the id of its event, so that whatever anybody writes later is left
 * alone; what it brings back is what stood before, and where that was itself to be undone, what stands behind it.
 */
export function revertingEvent(
  parts: Pick<ConfigParts, 'identity' | 'view'>,
  place: ApplicationPlace,
  keys: readonly PlannedKey[],
  { schedule, atMs, by }: Reverting,
): GuardedEvent {
  const { table } = parts.view();
  const aggregate = { kind: 'config-schedule' as const, ...place, schedule };
  const data = {
    ...place,
    schedule,
    state: 'set',
    effectiveAt: toTime(atMs),
    changes: keys.map((key) => changeBack(key, table, place)),
    reverts: true,
  };
  const said = { type: eventTypes.configScheduleSet, data };
  return eventOf(parts, aggregate, said, { expectedRevision: 0, by });
}

function changeBack(
  { change, standing, event }: PlannedKey,
  table: ViewTable,
  place: ApplicationPlace,
): ScheduledChange {
  const guard = { key: change.key, expectedEvent: event.id };
  const pending = pendingRevert(table, place, change.key, standing.last?.id);
  if (pending !== undefined) {
    const { expectedEvent: _event, expectedRevision: _revision, ...content } = pending;
    return { ...content, ...guard };
  }
  const { record } = standing;
  return record === undefined ? { ...guard, deleted: true } : { ...guard, ...contentOf(record) };
}

function contentOf({ contentType = 'text', value = '', revision }: ConfigView) {
  return { contentType, value, restores: revision };
}

/** What is to undo the change that stands now, if it was one for a while. */
function pendingRevert(
  table: ViewTable,
  { namespace, application }: ApplicationPlace,
  key: string,
  eventId: string | undefined,
): ScheduledChange | undefined {
  const prefix = `${namespace}.config-schedule.`;
  for (const slot of table.application(namespace, application)?.slots.values() ?? []) {
    if (!slot.key.startsWith(prefix) || !isPresent(slot.entry)) continue;
    const { reverts, changes } = slot.entry.record as ConfigScheduleView;
    const found = changes.find((change) => change.key === key && change.expectedEvent === eventId);
    if (reverts === true && found !== undefined) return found;
  }
  return undefined;
}
