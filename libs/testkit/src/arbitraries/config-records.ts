import fc from 'fast-check';
import {
  APPLICATION_SCHEMA_KEY,
  type ConfigGrayRecord,
  type ConfigMatch,
  type ConfigOverrideRecord,
  type ConfigRecord,
  type ConfigRolloutRecord,
  type ConfigScheduleRecord,
  type ConfigSchemaRecord,
  contentTypes,
  type EventType,
  eventTypes,
  grayStates,
  limits,
  scheduleStates,
} from '#contracts';
import { anyApplication, anyConfigKey, anyIncarnation, anyName } from './names.js';
import { anyText } from './noise.js';
import { anyTime, recordWith } from './record-with.js';

const place = { namespace: anyName(), application: anyApplication() };
const anyRevision = anyIncarnation;
const content = {
  contentType: fc.constantFrom(...contentTypes),
  value: anyText(0, 200),
};

const anyMatch = (): fc.Arbitrary<ConfigMatch> =>
  recordWith<ConfigMatch>(
    {},
    {
      version: anyText(1, 256),
      zone: anyText(1, 128),
      tags: fc.uniqueArray(anyText(1, limits.tagLengthMax), { maxLength: 4 }),
      instance: anyName(),
      selector: anyText(1, 60),
    },
  );

const anyConfigRecord = (): fc.Arbitrary<ConfigRecord> => {
  const names = { ...place, key: anyConfigKey() };
  const changeSet = fc
    .tuple(
      fc.integer({ min: 1, max: limits.batchMessagesMax }),
      fc.nat(limits.batchMessagesMax),
      anyText(1, 64),
    )
    .map(([count, number, id]) => ({ id, index: number % count, count }));
  const optional = { restores: anyRevision(), changeSet, schedule: anyName() };
  return fc.oneof(
    recordWith<ConfigRecord>({ ...names, ...content }, { ...optional, deleted: fc.constant(false) }),
    recordWith<ConfigRecord>({ ...names, deleted: fc.constant(true) }, optional),
  );
};

const anyOverrides = () =>
  fc.uniqueArray(recordWith<{ name: string }>({ name: anyName(), match: anyMatch(), ...content }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ name }) => name,
  });

const anyConfigOverrideRecord = (): fc.Arbitrary<ConfigOverrideRecord> => {
  const names = { ...place, key: anyConfigKey() };
  return fc.oneof(
    recordWith<ConfigOverrideRecord>(
      { ...names, overrides: anyOverrides() },
      { removed: fc.constant(false) },
    ),
    recordWith<ConfigOverrideRecord>({ ...names, overrides: fc.constant([]), removed: fc.constant(true) }),
  );
};

const anySchema = (): fc.Arbitrary<object> =>
  fc.constantFrom<object>(
    {},
    { type: 'integer', minimum: 1 },
    { type: 'string', maxLength: 20 },
    { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
  );

const anyConfigSchemaRecord = (): fc.Arbitrary<ConfigSchemaRecord> => {
  const names = { ...place, key: fc.oneof(anyConfigKey(), fc.constant(APPLICATION_SCHEMA_KEY)) };
  return fc.oneof(
    recordWith<ConfigSchemaRecord>({ ...names, schema: anySchema() }, { removed: fc.constant(false) }),
    recordWith<ConfigSchemaRecord>({ ...names, removed: fc.constant(true) }),
  );
};

const anyPercent = () => fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0.5, 33.3));

const anyConfigGrayRecord = (): fc.Arbitrary<ConfigGrayRecord> =>
  recordWith<ConfigGrayRecord>(
    {
      ...place,
      key: anyConfigKey(),
      ...content,
      to: fc.oneof(
        recordWith({ match: anyMatch() }, { percent: anyPercent() }),
        recordWith({ percent: anyPercent() }),
      ),
      state: fc.constantFrom(...grayStates),
      baseRevision: fc.nat(),
      rejectionSharePercentMax: fc.integer({ min: 0, max: 100 }),
    },
    { detail: anyText(0, limits.reasonLengthMax) },
  );

const anyScheduledChange = () => {
  const guard = { restores: anyRevision(), expectedRevision: fc.nat(), expectedEvent: anyText(1, 128) };
  return fc.oneof(
    recordWith<{ key: string }>({ key: anyConfigKey(), ...content }, guard),
    recordWith<{ key: string }>({ key: anyConfigKey(), deleted: fc.constant(true) }, guard),
  );
};

const anyConfigScheduleRecord = (): fc.Arbitrary<ConfigScheduleRecord> =>
  recordWith<ConfigScheduleRecord>(
    {
      ...place,
      schedule: anyName(),
      state: fc.constantFrom(...scheduleStates),
      effectiveAt: anyTime(),
      changes: fc.uniqueArray(anyScheduledChange(), {
        minLength: 1,
        maxLength: 3,
        selector: ({ key }) => key,
      }),
    },
    {
      reverts: fc.boolean(),
      revertAfterMs: fc.integer({ min: limits.scheduleMsMin, max: limits.scheduleMsMax }),
      detail: anyText(0, limits.reasonLengthMax),
    },
  );

const anyConfigRolloutRecord = (): fc.Arbitrary<ConfigRolloutRecord> =>
  recordWith<ConfigRolloutRecord>({
    ...place,
    key: anyConfigKey(),
    keyRevision: anyRevision(),
    expected: fc.nat(10_000_000),
    applied: fc.nat(10_000_000),
    rejected: fc.nat(10_000_000),
    durationMs: fc.nat(),
    rejections: fc.array(
      recordWith<{ instance: string; reason: string }>({
        instance: anyName(),
        reason: anyText(0, limits.reasonLengthMax),
      }),
      { maxLength: 3 },
    ),
  });

/** A valid record of each kind that is about config. */
export const configRecordArbitraries = {
  config: anyConfigRecord,
  'config-override': anyConfigOverrideRecord,
  'config-schema': anyConfigSchemaRecord,
  'config-gray': anyConfigGrayRecord,
  'config-schedule': anyConfigScheduleRecord,
  'config-rollout': anyConfigRolloutRecord,
} as const;

interface Loose {
  readonly contentType?: unknown;
  readonly value?: unknown;
  readonly deleted?: unknown;
  readonly restores?: unknown;
  readonly overrides?: unknown;
  readonly schema?: unknown;
  readonly removed?: unknown;
}

/** Makes the fields that repeat what the type says agree with it. */
export function configInAgreement(type: EventType, record: object): object {
  const { contentType, value, deleted: _deleted, restores, ...names } = record as Loose;
  const { overrides, schema, removed: _removed, ...rest } = record as Loose;
  const someContent = { contentType: contentType ?? 'text', value: value ?? '' };
  switch (type) {
    case eventTypes.configSet:
      return { ...names, ...someContent };
    case eventTypes.configDeleted:
      return { ...names, deleted: true };
    case eventTypes.configRolledBack:
      return { ...names, ...someContent, restores: restores ?? 1 };
    case eventTypes.configOverrideSet: {
      const some = [{ name: 'a', match: {}, contentType: 'text', value: '' }];
      return { ...rest, overrides: (overrides as unknown[]).length === 0 ? some : overrides };
    }
    case eventTypes.configOverrideRemoved:
      return { ...rest, overrides: [], removed: true };
    case eventTypes.configSchemaSet:
      return { ...rest, schema: schema ?? {} };
    case eventTypes.configSchemaRemoved:
      return { ...rest, removed: true };
    default:
      return inState(type, record);
  }
}

const states: Readonly<Partial<Record<EventType, string>>> = {
  [eventTypes.configGrayStarted]: 'running',
  [eventTypes.configGrayWidened]: 'running',
  [eventTypes.configGrayCompleted]: 'completed',
  [eventTypes.configGrayWithdrawn]: 'withdrawn',
  [eventTypes.configGrayStopped]: 'stopped',
  [eventTypes.configScheduleSet]: 'set',
  [eventTypes.configScheduleCancelled]: 'cancelled',
  [eventTypes.configScheduleSkipped]: 'skipped',
  [eventTypes.configScheduleApplied]: 'applied',
};

function inState(type: EventType, record: object): object {
  const state = states[type];
  return state === undefined ? record : { ...record, state };
}
