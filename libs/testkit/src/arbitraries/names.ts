import fc from 'fast-check';
import {
  type AggregateId,
  APPLICATION_SCHEMA_KEY,
  type ConfigAggregateId,
  type ConfigScheduleAggregateId,
  type IncarnationId,
  type InstanceAggregateId,
  type ServiceAggregateId,
  type UndoAggregateId,
  SHARED_APPLICATION,
} from '#contracts';

const alphanumeric = 'abcdefghijklmnopqrstuvwxyz0123456789';
const edge = fc.constantFrom(...alphanumeric);
const middle = fc.string({ unit: fc.constantFrom(...alphanumeric, '-'), maxLength: 61 });

/** Any DNS label, the shortest and the longest included. */
export const anyName = (): fc.Arbitrary<string> =>
  fc.oneof(
    edge,
    fc.tuple(edge, middle, edge).map((parts) => parts.join('')),
    fc
      .tuple(edge, fc.string({ unit: edge, minLength: 61, maxLength: 61 }), edge)
      .map((parts) => parts.join('')),
  );

const keyCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-';

export const anyConfigKey = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('DATABASE_URL', 'limits.maxPool', '.', '..', '-', 'a.b.c'),
    fc.string({ unit: fc.constantFrom(...keyCharacters), minLength: 1, maxLength: 128 }),
  );

export const anyIncarnation = (): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));

const anyInstanceAggregate = (): fc.Arbitrary<InstanceAggregateId> =>
  fc.record({
    kind: fc.constantFrom('instance', 'override', 'verdict'),
    namespace: anyName(),
    service: anyName(),
    instance: anyName(),
  });

const anyServiceAggregate = (): fc.Arbitrary<ServiceAggregateId> =>
  fc.record({ kind: fc.constantFrom('service', 'protection'), namespace: anyName(), service: anyName() });

export const anyApplication = (): fc.Arbitrary<string> =>
  fc.oneof(anyName(), fc.constant(SHARED_APPLICATION));

const anyConfigAggregate = (): fc.Arbitrary<ConfigAggregateId> =>
  fc.record({
    kind: fc.constantFrom('config', 'config-override', 'config-gray', 'config-rollout'),
    namespace: anyName(),
    application: anyApplication(),
    key: anyConfigKey(),
  });

const anySchemaAggregate = (): fc.Arbitrary<ConfigAggregateId> =>
  fc.record({
    kind: fc.constant('config-schema'),
    namespace: anyName(),
    application: anyApplication(),
    key: fc.oneof(anyConfigKey(), fc.constant(APPLICATION_SCHEMA_KEY)),
  });

const anyScheduleAggregate = (): fc.Arbitrary<ConfigScheduleAggregateId> =>
  fc.record({
    kind: fc.constant('config-schedule'),
    namespace: anyName(),
    application: anyApplication(),
    schedule: anyName(),
  });

const anyUndoAggregate = (): fc.Arbitrary<UndoAggregateId> =>
  fc.record({ kind: fc.constant('undo'), namespace: anyName(), plan: anyName() });

/** Any aggregate the contract has a subject for. */
export const anyAggregate = (): fc.Arbitrary<AggregateId> =>
  fc.oneof(
    anyInstanceAggregate(),
    anyServiceAggregate(),
    anyConfigAggregate(),
    anySchemaAggregate(),
    anyScheduleAggregate(),
    anyUndoAggregate(),
  );

export const anyIncarnationId = (): fc.Arbitrary<IncarnationId> =>
  fc.record({
    namespace: anyName(),
    service: anyName(),
    instance: anyName(),
    incarnation: anyIncarnation(),
  });

/** A subject prefix, or none. */
export const anyPrefix = (): fc.Arbitrary<string> =>
  fc.constantFrom('', 'a', 'team-a', 'registry', 'v1', 'x_1', 'a'.repeat(32));
