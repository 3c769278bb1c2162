import fc from 'fast-check';
import {
  type AggregateId,
  aggregateOfType,
  type EventType,
  eventTypes,
  type InstanceAggregateId,
  limits,
  overrideStatuses,
  type RegistryEvent,
  signals,
  statuses,
} from '#contracts';
import { configAggregateOf, configDataOf } from './config-steps.js';

/** Few names and few incarnations, so that events meet each other. */
const places = [
  { service: 'orders', instance: 'orders-1' },
  { service: 'orders', instance: 'orders-2' },
  { service: 'payments', instance: 'payments-1' },
] as const;

const configTypes = Object.values(eventTypes).filter((type) => aggregateOfType[type].startsWith('config'));

const anyType = fc.oneof(
  { weight: 5, arbitrary: fc.constant<EventType>(eventTypes.instanceRegistered) },
  { weight: 2, arbitrary: fc.constant<EventType>(eventTypes.instanceUpdated) },
  { weight: 2, arbitrary: fc.constant<EventType>(eventTypes.instanceDeregistered) },
  { weight: 2, arbitrary: fc.constant<EventType>(eventTypes.instanceReinstated) },
  { weight: 3, arbitrary: fc.constant<EventType>(eventTypes.overrideSet) },
  { weight: 1, arbitrary: fc.constant<EventType>(eventTypes.overrideRemoved) },
  { weight: 2, arbitrary: fc.constant<EventType>(eventTypes.verdictSuspected) },
  { weight: 1, arbitrary: fc.constant<EventType>(eventTypes.verdictCleared) },
  { weight: 3, arbitrary: fc.constant<EventType>(eventTypes.verdictExpired) },
  { weight: 1, arbitrary: fc.constant<EventType>(eventTypes.servicePolicySet) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<EventType>(eventTypes.protectionEngaged, eventTypes.protectionReleased),
  },
  { weight: 6, arbitrary: fc.constantFrom<EventType>(...configTypes) },
);

const shortGap = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 }));
const day = limits.tombstoneMs;
const longGap = fc.constantFrom(day / 2, day - 1, day, day + 1, day + limits.tombstoneSlackMs, 3 * day);

/** What one event of a history is made from. */
interface Step {
  readonly type: EventType;
  readonly place: (typeof places)[number];
  readonly incarnation: number;
  readonly gapMs: number;
  readonly skipped: number;
  readonly status: (typeof statuses)[number];
  readonly overrideStatus: (typeof overrideStatuses)[number] | undefined;
  readonly weight: number | undefined;
  readonly evictedIncarnation: number | undefined;
  readonly signal: (typeof signals)[number];
  /** A verdict is about the last registration, the one before, or does not say about which. */
  readonly about: 'last' | 'before' | undefined;
  readonly tag: string;
  readonly actor: string | undefined;
}

const anyStep = (gap: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({
    type: anyType,
    place: fc.constantFrom(...places),
    incarnation: fc.constantFrom(1, 1, 2, 2, 3),
    gapMs: gap,
    skipped: fc.constantFrom(0, 0, 0, 1, 7),
    status: fc.constantFrom(...statuses),
    overrideStatus: fc.option(fc.constantFrom(...overrideStatuses), { nil: undefined }),
    weight: fc.option(fc.constantFrom(0, 50, limits.weightDefault), { nil: undefined }),
    evictedIncarnation: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined, freq: 3 }),
    signal: fc.constantFrom(...signals),
    about: fc.constantFrom(undefined, 'last', 'last', 'before'),
    tag: fc.constantFrom('a', 'b'),
    actor: fc.option(fc.constantFrom('alice', 'watchman-1'), { nil: undefined }),
  });

function given<Field extends string, Value>(
  field: Field,
  value: Value | undefined,
): { [Key in Field]?: Value } {
  return value === undefined ? {} : ({ [field]: value } as { [Key in Field]?: Value });
}

function dataOf(step: Step, aggregate: AggregateId, registrations: readonly number[]): object {
  const { kind, ...names } = aggregate;
  if (kind.startsWith('config')) return configDataOf(step, aggregate);
  const { type, incarnation } = step;
  if (kind === 'service') return { ...names, description: step.tag };
  if (kind === 'protection') {
    const counts = { presentCount: 4, goingCount: incarnation, sharePercent: 50 };
    return { ...names, engaged: type === eventTypes.protectionEngaged, ...counts };
  }
  if (kind === 'verdict') {
    const about = step.about && registrations.at(step.about === 'last' ? -1 : -2);
    const finding = { state: type.split('.')[2], evidence: { signal: step.signal } };
    return { ...names, incarnation, ...given('registeredSequence', about), ...finding };
  }
  if (kind === 'override') {
    const removed = type === eventTypes.overrideRemoved;
    return {
      ...names,
      ...(removed ? { removed } : {}),
      ...given('status', step.overrideStatus),
      ...given('weight', step.weight),
      ...given('evictedIncarnation', step.evictedIncarnation),
    };
  }
  const endpoints = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8_000 + incarnation }];
  const { status, weight, tag } = step;
  return {
    ...names,
    incarnation,
    version: '1.0.0',
    status,
    endpoints,
    leaseMs: 15_000,
    tags: [tag],
    ...given('weight', weight),
  };
}

function aggregateOf(step: Step): AggregateId {
  const { type, place } = step;
  const kind = aggregateOfType[type];
  if (kind.startsWith('config')) return configAggregateOf(step);
  const namespace = 'default';
  return kind === 'service' || kind === 'protection'
    ? { kind, namespace, service: place.service }
    : { kind: kind as InstanceAggregateId['kind'], namespace, ...place };
}

function historyOf(steps: readonly Step[]): RegistryEvent[] {
  let sequence = 0;
  let atMs = Date.UTC(2026, 0, 1);
  /** Sequences of the registrations of each place so far. */
  const registrations = new Map(places.map((place) => [place, [] as number[]]));
  return steps.map((step) => {
    sequence += 1 + step.skipped;
    atMs += step.gapMs;
    const aggregate = aggregateOf(step);
    const registered = registrations.get(step.place) ?? [];
    const data = dataOf(step, aggregate, registered);
    if (step.type === eventTypes.instanceRegistered) registered.push(sequence);
    const event = {
      id: `event-${sequence}`,
      type: step.type,
      aggregate,
      sequence,
      atMs,
      data,
    };
    return { ...event, ...given('actor', step.actor) } as unknown as RegistryEvent;
  });
}

const historyLength = { minLength: 1, maxLength: 40 };

/** A journal of one busy hour: no tombstone is old enough to be forgotten. Many of its events are refused. */
export const anyHour = (): fc.Arbitrary<RegistryEvent[]> =>
  fc.array(anyStep(shortGap), historyLength).map(historyOf);

/** A journal over days: in its pauses tombstones are forgotten, or are just not old enough. */
export const anyDays = (): fc.Arbitrary<RegistryEvent[]> =>
  fc
    .array(
      anyStep(fc.oneof({ weight: 4, arbitrary: shortGap }, { weight: 1, arbitrary: longGap })),
      historyLength,
    )
    .map(historyOf);

/** Any journal at all. */
export const anyHistory = (): fc.Arbitrary<RegistryEvent[]> => fc.oneof(anyHour(), anyDays());
