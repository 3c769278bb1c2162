import fc from 'fast-check';
import {
  type AggregateId,
  type ConfigAggregateId,
  type IncarnationId,
  type InstanceAggregateId,
  type ServiceAggregateId,
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

const anyConfigAggregate = (): fc.Arbitrary<ConfigAggregateId> =>
  fc.record({
    kind: fc.constant('config'),
    namespace: anyName(),
    application: fc.oneof(anyName(), fc.constant(SHARED_APPLICATION)),
    key: anyConfigKey(),
  });

/** Any aggregate the contract has a subject for. */
export const anyAggregate = (): fc.Arbitrary<AggregateId> =>
  fc.oneof(anyInstanceAggregate(), anyServiceAggregate(), anyConfigAggregate());

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
