import {
  type ConfigDeparture,
  type ConfigEvent,
  type ConfigGrayRecord,
  type ConfigMatch,
  type ConfigOverride,
  type ConfigOverrideRecord,
  type ConfigRecord,
  type ConfigRolloutRecord,
  type ConfigScheduleRecord,
  type ConfigSchemaRecord,
  type ScheduledChange,
  type ViewedConfig,
} from '#contracts';

/** The kinds of aggregates that are about config. */
type ConfigKind = ConfigEvent['aggregate']['kind'];

/**
 * What the view shows of a config aggregate after an event: the event's record, known fields only, in one order.
 * Nothing is joined here: which value an instance sees is worked out for that instance.
 */
export function configViewOf({ aggregate, data, sequence }: ConfigEvent): ViewedConfig {
  const departure = departureOf(aggregate.kind, data as unknown as Fields);
  return {
    ...normal[aggregate.kind](data as never),
    ...(departure === undefined ? {} : { departure }),
    revision: sequence,
  } as ViewedConfig;
}

type Fields = Readonly<Record<string, unknown>>;

const inForce = new Set(['running', 'set']);

function departureOf(kind: ConfigKind, data: Fields): ConfigDeparture | undefined {
  if (data['deleted'] === true) return 'deleted';
  if (data['removed'] === true) return 'removed';
  const { state } = data;
  const isStateful = kind === 'config-gray' || kind === 'config-schedule';
  return isStateful && !inForce.has(state as string) ? (state as ConfigDeparture) : undefined;
}

const normal: Readonly<Record<ConfigKind, (data: never) => object>> = {
  config: (data: ConfigRecord) => ({
    ...pick(data, ['namespace', 'application', 'key', 'contentType', 'value', 'restores', 'schedule']),
    ...(data.changeSet === undefined ? {} : { changeSet: pick(data.changeSet, ['id', 'index', 'count']) }),
  }),
  'config-override': (data: ConfigOverrideRecord) => ({
    ...pick(data, ['namespace', 'application', 'key']),
    overrides: data.overrides.map(normalOverride),
  }),
  'config-schema': (data: ConfigSchemaRecord) => pick(data, ['namespace', 'application', 'key', 'schema']),
  'config-gray': (data: ConfigGrayRecord) => ({
    ...pick(data, ['namespace', 'application', 'key', 'contentType', 'value', 'state']),
    to: {
      ...(data.to.match === undefined ? {} : { match: normalMatch(data.to.match) }),
      ...pick(data.to, ['percent']),
    },
    ...pick(data, ['baseRevision', 'rejectionSharePercentMax', 'detail']),
  }),
  'config-schedule': (data: ConfigScheduleRecord) => ({
    ...pick(data, ['namespace', 'application', 'schedule', 'state', 'effectiveAt']),
    changes: data.changes.map(normalChange),
    ...pick(data, ['reverts', 'revertAfterMs', 'detail']),
  }),
  'config-rollout': (data: ConfigRolloutRecord) => ({
    ...pick(data, ['namespace', 'application', 'key', 'keyRevision']),
    ...pick(data, ['expected', 'applied', 'rejected', 'durationMs']),
    rejections: data.rejections.map((rejection) => pick(rejection, ['instance', 'reason'])),
  }),
};

function normalOverride(override: ConfigOverride): object {
  return {
    name: override.name,
    match: normalMatch(override.match),
    ...pick(override, ['contentType', 'value']),
  };
}

function normalMatch(match: ConfigMatch): object {
  return pick(match, ['version', 'zone', 'tags', 'instance', 'selector']);
}

function normalChange(change: ScheduledChange): object {
  return pick(change, [
    'key',
    'contentType',
    'value',
    'deleted',
    'restores',
    'expectedRevision',
    'expectedEvent',
  ]);
}

/** The named fields that are there. */
function pick<Source extends object>(source: Source, names: readonly (keyof Source)[]): Partial<Source> {
  const picked: Partial<Source> = {};
  for (const name of names) if (source[name] !== undefined) picked[name] = source[name];
  return picked;
}
