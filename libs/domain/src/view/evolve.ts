import {
  type InstanceEvent,
  type InstanceView,
  limits,
  type OverrideEvent,
  type OverrideView,
  type ProtectionPolicy,
  type Rejection,
  type RegistryEvent,
  type ServicePolicyEvent,
  type ServiceView,
  type VerdictEvent,
} from '#contracts';
import { foldInstance } from '../instance/fold.js';
import { type InstanceState, joinInstance, splitInstance } from '../instance/state.js';
import { fromTime, toTime } from '../time.js';
import { causeOf, isInstanceView, isPresent, type ViewEntry } from './entry.js';

export type Evolved =
  | { readonly kind: 'changed'; readonly entry: ViewEntry }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

/**
 * The whole rule of the view: what stands under a view key after an event, given what stood there before.
 * Total (never throws on a decoded event), pure, and never mutates what it is given.
 */
export function evolve(current: ViewEntry | undefined, event: RegistryEvent): Evolved {
  return event.aggregate.kind === 'service'
    ? evolveService(current, event as ServicePolicyEvent)
    : evolveInstance(current as ViewEntry<InstanceView> | undefined, event as InstanceEvent);
}

function evolveInstance(
  current: ViewEntry<InstanceView> | undefined,
  event: InstanceEvent | OverrideEvent | VerdictEvent,
): Evolved {
  if (current !== undefined && isLongPast(current, event)) return { kind: 'unchanged' };
  const folded = foldInstance(rememberedState(current, event.atMs), event);
  if (folded.kind !== 'changed') return folded;
  const record = joinInstance(event.aggregate, folded.state);
  return { kind: 'changed', entry: entryAfter(current, event, record) };
}

/**
 * A tombstone is forgotten after a day of broker time, but what an operator laid over the instance stays.
 * The rule looks at the events' own times, so that a replay forgets exactly what the live view forgot.
 */
function rememberedState(current: ViewEntry<InstanceView> | undefined, atMs: number): InstanceState {
  if (current === undefined) return {};
  const state = splitInstance(current.record);
  if (isPresent(current) || atMs - fromTime(current.at) <= limits.tombstoneMs) return state;
  const override = lastingOverride(state.override);
  return override === undefined ? {} : { override };
}

/** What outlives the instance it was laid over. An eviction names an incarnation, and is forgotten with it. */
function lastingOverride(override: OverrideView | undefined): OverrideView | undefined {
  if (override?.status === undefined && override?.weight === undefined) return undefined;
  const { evictedIncarnation: _forgotten, ...lasting } = override;
  return lasting;
}

/** Whether nothing of an entry would be missed once it has been a tombstone for `limits.tombstoneMs`. */
export function mayBeForgotten(entry: ViewEntry): boolean {
  return (
    !isPresent(entry) && isInstanceView(entry.record) && lastingOverride(entry.record.override) === undefined
  );
}

/** A repeated event from before the entry's own tombstones were forgotten must not bring them back. */
function isLongPast(current: ViewEntry, event: RegistryEvent): boolean {
  return event.sequence <= current.sequence && fromTime(current.at) - event.atMs > limits.tombstoneMs;
}

function evolveService(current: ViewEntry | undefined, event: ServicePolicyEvent): Evolved {
  if (current !== undefined && event.sequence <= current.sequence) return { kind: 'unchanged' };
  const { namespace, service, description, metadata, protection } = event.data;
  const record: ServiceView = {
    namespace,
    service,
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(protection === undefined ? {} : { protection: normalizeProtection(protection) }),
    revision: event.sequence,
  };
  return { kind: 'changed', entry: entryAfter(current, event, record) };
}

function normalizeProtection({ sharePercent, minimumCount, maxMs }: ProtectionPolicy): ProtectionPolicy {
  return { sharePercent, minimumCount, maxMs };
}

/** Sequence, time and cause are those of the newest event, whichever aggregate it belongs to. */
function entryAfter(
  current: ViewEntry | undefined,
  event: RegistryEvent,
  record: ViewEntry['record'],
): ViewEntry {
  if (current !== undefined && current.sequence > event.sequence) return { ...current, record };
  return { sequence: event.sequence, at: toTime(event.atMs), cause: causeOf(event), record };
}
