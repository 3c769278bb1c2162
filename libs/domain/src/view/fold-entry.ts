import {
  type ConfigEvent,
  type InstanceEvent,
  limits,
  originalOf,
  type OverrideEvent,
  type OverrideView,
  type ProtectionEvent,
  type ProtectionView,
  type RegistryEvent,
  type Rejection,
  type ServicePolicyEvent,
  type ServiceView,
  type VerdictEvent,
  type ViewedConfig,
  type ViewEvent,
} from '#contracts';
import { configViewOf } from '../config/config-view.js';
import { foldAgain, foldInstance } from '../instance/fold.js';
import {
  departureOf,
  type InstanceNames,
  type InstanceState,
  joinInstance,
  splitInstance,
} from '../instance/state.js';
import { fromTime, toTime } from '../time.js';
import { causeOf, type CauseSource, isInstanceView, isPresent, type ViewEntry } from './entry.js';
import { serviceViewOf } from './service-view.js';

/**
 * A view entry while it is being folded: the aggregates apart, nothing joined, nothing formatted. A replay
 * folds many events into few entries, and joins each entry once, at the end.
 */
export type FoldEntry = InstanceFoldEntry | PlainFoldEntry;

interface FoldHead {
  readonly sequence: number;
  readonly atMs: number;
  /** The newest event itself, or the cause a stored entry carried. */
  readonly cause: CauseSource;
}

interface InstanceFoldEntry extends FoldHead {
  readonly names: InstanceNames;
  readonly state: InstanceState;
}

/** An aggregate that is joined with no other: the view shows it as it is. */
interface PlainFoldEntry extends FoldHead {
  readonly plain: ServiceView | ProtectionView | ViewedConfig;
}

export type FoldStep =
  | { readonly kind: 'changed'; readonly entry: FoldEntry }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

/** One event folded into the entry under its key. Pure and total, like `evolve`, which is made of it. */
export function foldEvent(current: FoldEntry | undefined, event: RegistryEvent): FoldStep {
  if (event.aggregate.kind === 'undo') return { kind: 'unchanged' };
  return 'instance' in event.aggregate
    ? foldJoined(current as InstanceFoldEntry | undefined, event as InstanceEvent)
    : foldPlain(current as PlainFoldEntry | undefined, event as PlainEvent);
}

function foldJoined(
  current: InstanceFoldEntry | undefined,
  event: InstanceEvent | OverrideEvent | VerdictEvent,
): FoldStep {
  if (current !== undefined && isLongPast(current, event)) return { kind: 'unchanged' };
  const said = originalOf(event);
  // What is said again happened then: nothing is forgotten over it.
  const state = rememberedState(current, said.atMs);
  const folded = event.carried === undefined ? foldInstance(state, event) : foldAgain(state, event);
  if (folded.kind !== 'changed') return folded;
  const names = current?.names ?? event.aggregate;
  const { sequence, atMs, cause } = newest(current, said);
  return { kind: 'changed', entry: { sequence, atMs, cause, names, state: folded.state } };
}

/**
 * A tombstone is forgotten after a day of broker time, but what an operator laid over the instance stays.
 * The rule looks at the events' own times, so that a replay forgets exactly what the live view forgot.
 */
function rememberedState(current: InstanceFoldEntry | undefined, atMs: number): InstanceState {
  if (current === undefined) return {};
  const { state } = current;
  if (!isForgotten(current, atMs)) return state;
  const override = lastingOverride(state.override);
  return override === undefined ? {} : { override };
}

/** Whether an instance left so long ago that an event at this broker time finds nothing of it. */
export function isForgotten(entry: FoldEntry, atMs: number): boolean {
  const isOld = atMs - entry.atMs > limits.tombstoneMs;
  return isOld && 'state' in entry && departureOf(entry.state) !== undefined;
}

/** What outlives the instance it was laid over. An eviction names an incarnation, and is forgotten with it. */
function lastingOverride(override: OverrideView | undefined): OverrideView | undefined {
  if (override?.status === undefined && override?.weight === undefined) return undefined;
  const { evictedIncarnation: _forgotten, ...lasting } = override;
  return lasting;
}

/** Whether nothing of an entry would be missed once it has been a tombstone for `limits.tombstoneMs`. */
export function mayBeForgotten(entry: ViewEntry): boolean {
  if (isPresent(entry)) return false;
  return !isInstanceView(entry.record) || lastingOverride(entry.record.override) === undefined;
}

/** A repeated event from before the entry's own tombstones were forgotten must not bring them back. */
function isLongPast(current: FoldHead, event: ViewEvent): boolean {
  return event.sequence <= current.sequence && current.atMs - event.atMs > limits.tombstoneMs;
}

type PlainEvent = ServicePolicyEvent | ProtectionEvent | ConfigEvent;

function foldPlain(current: PlainFoldEntry | undefined, said: PlainEvent): FoldStep {
  const event = originalOf(said);
  if (current !== undefined && event.sequence <= current.sequence) return { kind: 'unchanged' };
  return { kind: 'changed', entry: { ...newest(current, event), plain: plainViewOf(event) } };
}

function plainViewOf(event: PlainEvent): PlainFoldEntry['plain'] {
  if (event.aggregate.kind === 'service') return serviceViewOf(event as ServicePolicyEvent);
  if (event.aggregate.kind === 'protection') return protectionOf(event as ProtectionEvent);
  return configViewOf(event as ConfigEvent);
}

function protectionOf({ data, sequence }: ProtectionEvent): ProtectionView {
  const { namespace, service, engaged, presentCount, goingCount, sharePercent, detail } = data;
  return {
    namespace,
    service,
    engaged,
    presentCount,
    goingCount,
    sharePercent,
    ...(detail === undefined ? {} : { detail }),
    revision: sequence,
  };
}

/** Sequence, time and cause are those of the newest event, whichever aggregate it belongs to. */
function newest(current: FoldHead | undefined, event: ViewEvent): FoldHead {
  // Of one sequence are a good-bye that was taken back and the suspicion carried with it: the former is the cause.
  if (current !== undefined && current.sequence >= event.sequence) {
    return { sequence: current.sequence, atMs: current.atMs, cause: current.cause };
  }
  return { sequence: event.sequence, atMs: event.atMs, cause: event };
}

/** The entry as the view shows it. */
export function joinEntry(entry: FoldEntry): ViewEntry {
  const { sequence, atMs, cause } = entry;
  if ('plain' in entry) return { sequence, at: toTime(atMs), cause: causeOf(cause), record: entry.plain };
  const record = joinInstance(entry.names, entry.state);
  const at = toTime(atMs);
  // One text for both: mostly the registration is all that was ever said.
  return {
    sequence,
    at: at === record.registeredAt ? record.registeredAt : at,
    cause: causeOf(cause),
    record,
  };
}

/** The inverse of `joinEntry`. */
export function splitEntry(entry: ViewEntry): FoldEntry {
  const head = { sequence: entry.sequence, atMs: fromTime(entry.at), cause: entry.cause };
  if (!isInstanceView(entry.record)) return { ...head, plain: entry.record };
  const { namespace, service, instance } = entry.record;
  return { ...head, names: { namespace, service, instance }, state: splitInstance(entry.record) };
}
