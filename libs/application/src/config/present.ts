import {
  aggregateKey,
  type ConfigAggregateId,
  type ConfigScheduleAggregateId,
  type ViewedConfig,
} from '#contracts';
import { isPresent } from '#domain';
import type { Journal, LastEvent } from '../ports/journal.js';
import type { ViewSource } from '../reader/reader.js';

/** What stands under a config aggregate, and what a write of it must expect. */
export interface Standing<Viewed extends ViewedConfig> {
  /** What is in force; undefined when nothing is. */
  readonly record: Viewed | undefined;
  /** Sequence of the last accepted event, also of one that ended it; 0 when there never was one. */
  readonly revision: number;
  /** Sequence of the last event, accepted or not: what the broker compares with. */
  readonly guard: number;
  readonly last: LastEvent | undefined;
}

/**
 * What stands now, by the journal's last event; the view is waited for until it reflects it, because only the view
 * knows whether that event was accepted.
 * @throws ROLLCALL_POSITION_NOT_REACHED
 */
export async function standingOf<Viewed extends ViewedConfig>(
  journal: Journal,
  view: ViewSource,
  aggregate: ConfigAggregateId | ConfigScheduleAggregateId,
): Promise<Standing<Viewed>> {
  const last = await journal.last(aggregate);
  if (last === undefined) return { record: undefined, revision: 0, guard: 0, last };
  await view.reached(last.sequence);
  const entry = view.table.get(aggregateKey(aggregate))?.entry;
  return {
    record: isPresent(entry) ? (entry?.record as Viewed) : undefined,
    revision: entry?.sequence ?? 0,
    guard: last.sequence,
    last,
  };
}
