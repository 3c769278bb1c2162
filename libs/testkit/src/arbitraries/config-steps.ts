import { type AggregateId, aggregateOfType, type EventType, eventTypes } from '#contracts';

/** What one event about config in a history is made from. */
export interface ConfigStep {
  readonly type: EventType;
  readonly place: { readonly service: string };
  readonly incarnation: number;
  readonly tag: string;
  readonly weight: number | undefined;
}

/** Few keys, so that events meet each other. */
export function configAggregateOf({ type, place, incarnation }: ConfigStep): AggregateId {
  const kind = aggregateOfType[type];
  const application = place.service === 'orders' ? 'orders' : '_shared';
  const names = { namespace: 'default', application };
  return kind === 'config-schedule'
    ? { kind, ...names, schedule: `s-${incarnation}` }
    : ({ kind, ...names, key: incarnation === 1 ? 'limits.maxPool' : 'DATABASE_URL' } as AggregateId);
}

/** The record of such an event, as its type wants it. */
export function configDataOf(step: ConfigStep, { kind: _kind, ...names }: AggregateId): object {
  const { type, tag, weight = 0 } = step;
  const content = { contentType: 'text', value: `${tag}${weight}` };
  switch (type) {
    case eventTypes.configSet:
      return {
        ...names,
        ...content,
        ...(weight === 0 ? {} : { changeSet: { id: tag, index: 0, count: 2 } }),
      };
    case eventTypes.configDeleted:
      return { ...names, deleted: true };
    case eventTypes.configRolledBack:
      return { ...names, ...content, restores: 1 };
    case eventTypes.configOverrideSet:
      return { ...names, overrides: [{ name: tag, match: { zone: tag }, ...content }] };
    case eventTypes.configOverrideRemoved:
      return { ...names, overrides: [], removed: true };
    case eventTypes.configSchemaSet:
      return { ...names, schema: { type: 'string', maxLength: weight } };
    case eventTypes.configSchemaRemoved:
      return { ...names, removed: true };
    default:
      return statefulData(step, names, content);
  }
}

function statefulData({ type, tag, incarnation }: ConfigStep, names: object, content: object): object {
  const state = type.slice(type.lastIndexOf('-') + 1, type.lastIndexOf('.'));
  switch (aggregateOfType[type]) {
    case 'config-gray': {
      const isRunning = state === 'started' || state === 'widened';
      const to = tag === 'a' ? { percent: incarnation } : { match: { tags: [tag] } };
      const policy = { baseRevision: incarnation, rejectionSharePercentMax: 10 };
      return { ...names, ...content, to, state: isRunning ? 'running' : state, ...policy };
    }
    case 'config-schedule': {
      const changes = [{ key: 'limits.maxPool', ...content, expectedRevision: incarnation }];
      return { ...names, state, effectiveAt: '2026-06-01T00:00:00Z', changes };
    }
    default: {
      const counts = { keyRevision: incarnation, expected: 4, applied: 3, rejected: 1, durationMs: 12 };
      return { ...names, ...counts, rejections: [{ instance: 'orders-1', reason: tag }] };
    }
  }
}
