import {
  type ConfigAggregateId,
  type ConfigOverrideView,
  type ConfigSchemaView,
  type ConfigView,
  eventTypes,
  type ServiceAggregateId,
  type ServiceView,
  type ViewedRecord,
} from '#contracts';
import type { FoldEntry } from '../view/fold-entry.js';
import { isSameData } from './same-data.js';
import type { Compensation, Undoing } from './undoing.js';

/** The policy of a service, as a whole; where there was none, an empty one. */
export function undoPolicy({ events, before, now }: Undoing): Compensation {
  const aggregate = events[0].aggregate as ServiceAggregateId;
  const { namespace, service } = aggregate;
  const { revision: _was, ...data } = (plainIn(before) as ServiceView | undefined) ?? { namespace, service };
  const { revision: _is, ...held } = (plainIn(now) as ServiceView | undefined) ?? { namespace, service };
  if (isSameData(data, held)) return { why: 'the policy says the same as before' };
  return [{ type: eventTypes.servicePolicySet, aggregate, data }];
}

/** A key gets its value back as a roll-back does it; where it had none, it is deleted. */
export function undoConfig({ events, before, now }: Undoing): Compensation {
  const aggregate = events[0].aggregate as ConfigAggregateId;
  const was = presentIn(before) as ConfigView | undefined;
  const is = presentIn(now) as ConfigView | undefined;
  const place = placeOf(aggregate);
  if (was === undefined) {
    if (is === undefined) return { why: 'the key did not exist before either' };
    return [{ type: eventTypes.configDeleted, aggregate, data: { ...place, deleted: true } }];
  }
  const { contentType, value, revision } = was;
  if (is !== undefined && is.contentType === contentType && is.value === value)
    return { why: 'the key has the same value as before' };
  const data = { ...place, contentType, value, restores: revision };
  return [{ type: eventTypes.configRolledBack, aggregate, data }];
}

export function undoConfigOverride({ events, before, now }: Undoing): Compensation {
  const aggregate = events[0].aggregate as ConfigAggregateId;
  const was = (presentIn(before) as ConfigOverrideView | undefined)?.overrides ?? [];
  const is = (presentIn(now) as ConfigOverrideView | undefined)?.overrides ?? [];
  if (isSameData(was, is)) return { why: 'the overrides say the same as before' };
  const place = placeOf(aggregate);
  return was.length === 0
    ? [
        {
          type: eventTypes.configOverrideRemoved,
          aggregate,
          data: { ...place, overrides: [], removed: true },
        },
      ]
    : [{ type: eventTypes.configOverrideSet, aggregate, data: { ...place, overrides: was } }];
}

export function undoConfigSchema({ events, before, now }: Undoing): Compensation {
  const aggregate = events[0].aggregate as ConfigAggregateId;
  const was = (presentIn(before) as ConfigSchemaView | undefined)?.schema;
  const is = (presentIn(now) as ConfigSchemaView | undefined)?.schema;
  if (isSameData(was ?? {}, is ?? {}) && (was === undefined) === (is === undefined))
    return { why: 'the schema is the same as before' };
  const place = placeOf(aggregate);
  return was === undefined
    ? [{ type: eventTypes.configSchemaRemoved, aggregate, data: { ...place, removed: true } }]
    : [{ type: eventTypes.configSchemaSet, aggregate, data: { ...place, schema: was } }];
}

function placeOf({ namespace, application, key }: ConfigAggregateId) {
  return { namespace, application, key };
}

function plainIn(entry: FoldEntry | undefined): ViewedRecord | undefined {
  return entry !== undefined && 'plain' in entry ? entry.plain : undefined;
}

/** What is in force; what was deleted or removed is not. */
function presentIn(entry: FoldEntry | undefined): ViewedRecord | undefined {
  const view = plainIn(entry);
  return view === undefined || 'departure' in view ? undefined : view;
}
