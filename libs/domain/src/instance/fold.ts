import {
  eventTypes,
  type InstanceEvent,
  originalOf,
  type OverrideEvent,
  type OverrideView,
  type Rejection,
  type VerdictEvent,
  type VerdictView,
} from '#contracts';
import { toTime } from '../time.js';
import { normalizeEvidence } from './normalize.js';
import { type InstanceState, isVerdictAbout, type Registration } from './state.js';

/** What folding one event did. `unchanged` is a duplicate or says nothing new; `refused` breaks a rule. */
export type Folded<State> =
  | { readonly kind: 'changed'; readonly state: State }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

const unchanged = { kind: 'unchanged' } as const;

export function foldInstance(
  state: InstanceState,
  event: InstanceEvent | OverrideEvent | VerdictEvent,
): Folded<InstanceState> {
  const { kind } = event.aggregate;
  if (kind === 'instance') return foldRegistration(state, event as InstanceEvent);
  return kind === 'override'
    ? foldOverride(state, event as OverrideEvent)
    : foldVerdict(state, event as VerdictEvent);
}

/**
 * An event that is said again tells nothing to who has heard it. Who begins behind the place where it was first said
 * learns from it what is registered.
 */
export function foldAgain(
  state: InstanceState,
  event: InstanceEvent | OverrideEvent | VerdictEvent,
): Folded<InstanceState> {
  const registered = event.carried?.registered;
  const original = originalOf(event);
  if (original.aggregate.kind === 'override') return foldOverrideAgain(state, original as OverrideEvent);
  if (registered === undefined || state.registration !== undefined) return foldInstance(state, original);
  const registration: Registration = {
    record: (original as InstanceEvent).data,
    registeredSequence: registered.sequence,
    registeredAt: toTime(registered.atMs),
    revision: original.sequence,
    left: false,
  };
  return { kind: 'changed', state: { ...state, registration } };
}

/** The eviction may have been forgotten while the instance was not known; now that it is, it stands again. */
function foldOverrideAgain(state: InstanceState, original: OverrideEvent): Folded<InstanceState> {
  const { evictedIncarnation } = original.data;
  const isForgotten =
    original.sequence === state.override?.sequence &&
    evictedIncarnation !== undefined &&
    state.override.evictedIncarnation === undefined;
  return foldOverride(isForgotten ? { ...state, override: undefined } : state, original);
}

function foldRegistration(state: InstanceState, event: InstanceEvent): Folded<InstanceState> {
  const current = state.registration;
  if (current !== undefined && event.sequence <= current.revision) return unchanged;
  const refusal = refusalOf(current, event);
  if (refusal !== undefined) {
    return { kind: 'refused', rejection: { code: 'ROLLCALL_EVENT_REFUSED', reason: refusal } };
  }
  if (event.type === eventTypes.instanceRegistered) {
    const registration: Registration = {
      record: event.data,
      registeredSequence: event.sequence,
      registeredAt: toTime(event.atMs),
      revision: event.sequence,
      left: false,
    };
    return { kind: 'changed', state: withRegistration(state, registration) };
  }
  if (event.type === eventTypes.instanceReinstated) return reinstated(state, event);
  const { registeredSequence, registeredAt } = current as Registration;
  const registration: Registration = {
    record: event.data,
    registeredSequence,
    registeredAt,
    revision: event.sequence,
    left: event.type === eventTypes.instanceDeregistered,
  };
  return { kind: 'changed', state: { registration, override: state.override, verdict: state.verdict } };
}

/**
 * A good-bye that is taken back: the same registration goes on. Nobody has seen the instance since, so one with a lease
 * comes back as a suspect, which a heartbeat clears and the grace ends, as with any other. One without a lease has
 * nothing to be seen by.
 */
function reinstated(state: InstanceState, event: InstanceEvent): Folded<InstanceState> {
  const current = state.registration as Registration;
  const registration = { ...current, record: event.data, revision: event.sequence, left: false };
  if (event.data.leaseMs === 0 || (state.verdict?.sequence ?? 0) > event.sequence)
    return { kind: 'changed', state: { ...state, registration } };
  const verdict: VerdictView = {
    sequence: event.sequence,
    at: toTime(event.atMs),
    incarnation: event.data.incarnation,
    registeredSequence: current.registeredSequence,
    state: 'suspected',
    evidence: { signal: 'undo', ...(event.actor === undefined ? {} : { observer: event.actor }) },
  };
  return { kind: 'changed', state: { ...state, registration, verdict } };
}

/** A new registration is a new life: a verdict about an earlier one has nothing to say about it. */
function withRegistration({ override, verdict }: InstanceState, registration: Registration): InstanceState {
  const isKept = verdict !== undefined && isVerdictAbout(registration, verdict);
  return { registration, override, verdict: isKept ? verdict : undefined };
}

/** The rules of the instance aggregate, in words; undefined when the event keeps them. */
function refusalOf(current: Registration | undefined, event: InstanceEvent): string | undefined {
  const { incarnation } = event.data;
  const known = current?.record.incarnation;
  if (event.type === eventTypes.instanceRegistered) {
    return known !== undefined && incarnation < known
      ? `incarnation ${incarnation} was superseded by ${known}`
      : undefined;
  }
  if (current === undefined) return `incarnation ${incarnation} was never registered`;
  if (incarnation !== known) return `incarnation ${incarnation} is not the registered one, ${known}`;
  if (event.type === eventTypes.instanceReinstated)
    return current.left ? undefined : `incarnation ${incarnation} has not deregistered`;
  return current.left ? `incarnation ${incarnation} has already deregistered` : undefined;
}

function foldOverride(state: InstanceState, event: OverrideEvent): Folded<InstanceState> {
  if (state.override !== undefined && event.sequence <= state.override.sequence) return unchanged;
  const { status, weight, evictedIncarnation } = event.data;
  const lifted = event.type === eventTypes.overrideRemoved;
  const override: OverrideView = {
    sequence: event.sequence,
    at: toTime(event.atMs),
    ...(lifted || status === undefined ? {} : { status }),
    ...(lifted || weight === undefined ? {} : { weight }),
    ...(lifted || evictedIncarnation === undefined ? {} : { evictedIncarnation }),
    ...(event.actor === undefined ? {} : { actor: event.actor }),
    ...(event.reason === undefined ? {} : { reason: event.reason }),
  };
  return { kind: 'changed', state: { ...state, override } };
}

/**
 * A verdict about another incarnation, or reached before the present registration, is late: the instance has
 * started anew since. It is passed over, so that it cannot displace what is known about the present one.
 */
function foldVerdict(state: InstanceState, event: VerdictEvent): Folded<InstanceState> {
  const { registration } = state;
  if (state.verdict !== undefined && event.sequence <= state.verdict.sequence) return unchanged;
  const verdict: VerdictView = {
    sequence: event.sequence,
    at: toTime(event.atMs),
    incarnation: event.data.incarnation,
    ...(event.data.registeredSequence === undefined
      ? {}
      : { registeredSequence: event.data.registeredSequence }),
    state: event.data.state,
    evidence: normalizeEvidence(event.data.evidence),
  };
  if (registration === undefined || !isVerdictAbout(registration, verdict)) return unchanged;
  return { kind: 'changed', state: { ...state, verdict } };
}
