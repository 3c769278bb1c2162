import type {
  Departure,
  EffectiveStatus,
  InstanceRecord,
  InstanceView,
  OverrideView,
  Status,
  VerdictView,
  Writable,
} from '#contracts';
import { normalizeInstance, type NormalRecord } from './normalize.js';

/** What the service itself has said, with the places in the journal where it said it. */
export interface Registration {
  /** As the event carried it: normalised when it is shown, not each time it is folded. */
  readonly record: InstanceRecord;
  readonly registeredSequence: number;
  readonly registeredAt: string;
  readonly revision: number;
  readonly left: boolean;
}

/**
 * Three aggregates about one instance, which `joinInstance` puts together. Their events commute: what the service
 * says and what operators say never look at each other, and of verdicts only those about the present registration
 * are kept, whichever of the two is folded first.
 */
export interface InstanceState {
  readonly registration?: Registration | undefined;
  readonly override?: OverrideView | undefined;
  readonly verdict?: VerdictView | undefined;
}

/** Who a state is about; needed while nobody has registered it. */
export interface InstanceNames {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}

/**
 * The view of an instance. While nobody has registered it (an operator may lay an override in advance)
 * the view is a stand-in with incarnation 0 that no query shows.
 *
 * Assigned field by field, in one order: of objects spread into each other V8 makes a hidden class for every instance,
 * larger than the instance itself and slower to make.
 */
export function joinInstance(names: InstanceNames, state: InstanceState): InstanceView {
  const { registration, override, verdict } = state;
  if (registration === undefined) return unregistered(names, state);
  const record = normalizeInstance(registration.record);
  const departure = departureOf(state);
  const own = { status: record.status, weight: record.weight };
  const view = record as unknown as Writable<InstanceView>;
  view.status = statusOf(record, state, departure);
  view.weight = override?.weight ?? own.weight;
  view.registeredSequence = registration.registeredSequence;
  view.registeredAt = registration.registeredAt;
  view.revision = registration.revision;
  const reported = reportedOf(own, view);
  if (reported !== undefined) view.reported = reported;
  if (override !== undefined) view.override = override;
  if (verdict !== undefined) view.verdict = verdict;
  if (departure !== undefined) view.departure = departure;
  if (registration.left) view.left = true;
  return view;
}

/** What the service said itself, where it is shown otherwise. */
function reportedOf(
  own: Pick<NormalRecord, 'status' | 'weight'>,
  { status, weight }: Pick<InstanceView, 'status' | 'weight'>,
): InstanceView['reported'] {
  if (status === own.status && weight === own.weight) return undefined;
  return {
    ...(status === own.status ? {} : { status: own.status }),
    ...(weight === own.weight ? {} : { weight: own.weight }),
  };
}

function unregistered(
  { namespace, service, instance }: InstanceNames,
  { override, verdict }: InstanceState,
): InstanceView {
  return {
    namespace,
    service,
    instance,
    incarnation: 0,
    version: '0.0.0',
    status: 'down',
    endpoints: [],
    weight: 0,
    tags: [],
    metadata: {},
    leaseMs: 0,
    registeredSequence: 0,
    registeredAt: '',
    revision: 0,
    ...(override === undefined ? {} : { override }),
    ...(verdict === undefined ? {} : { verdict }),
    departure: 'unregistered',
  };
}

/** The inverse of `joinInstance`: the three aggregates behind a view record. */
export function splitInstance(view: InstanceView): InstanceState {
  const { override, verdict } = view;
  return {
    ...(view.incarnation === 0 ? {} : { registration: registrationOf(view) }),
    ...(override === undefined ? {} : { override }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

function registrationOf(view: InstanceView): Registration {
  const record = normalizeInstance(view as unknown as InstanceRecord);
  record.status = view.reported?.status ?? (view.status as Status);
  record.weight = view.reported?.weight ?? view.weight;
  return {
    record,
    registeredSequence: view.registeredSequence,
    registeredAt: view.registeredAt,
    revision: view.revision,
    left: view.left === true,
  };
}

/**
 * A verdict counts only for the registration it is about: the same incarnation, reached afterwards, and, where it
 * says so, that very registration. The last is for a watchman that looked before, and wrote after, a registration
 * of the same incarnation by a client that does not count them.
 */
export function isVerdictAbout(registration: Registration, verdict: VerdictView): boolean {
  const { registeredSequence } = registration;
  return (
    verdict.incarnation === registration.record.incarnation &&
    verdict.sequence > registeredSequence &&
    (verdict.registeredSequence ?? registeredSequence) === registeredSequence
  );
}

export function isVerdictInForce(
  registration: Registration,
  verdict: VerdictView | undefined,
): verdict is VerdictView {
  return verdict !== undefined && verdict.state !== 'cleared' && isVerdictAbout(registration, verdict);
}

/** Why the instance is not there, or undefined while it is. */
export function departureOf({ registration, override, verdict }: InstanceState): Departure | undefined {
  if (registration === undefined) return 'unregistered';
  if (registration.left) return 'deregistered';
  if ((override?.evictedIncarnation ?? 0) >= registration.record.incarnation) return 'evicted';
  if (isVerdictInForce(registration, verdict) && verdict.state === 'expired') return 'expired';
  return undefined;
}

/** First match wins: gone, suspected, what the operator laid over, what the service says. */
function statusOf(
  record: NormalRecord,
  state: InstanceState,
  departure: Departure | undefined,
): EffectiveStatus {
  if (departure !== undefined) return 'down';
  if (isVerdictInForce(state.registration as Registration, state.verdict)) return 'suspect';
  return state.override?.status ?? record.status;
}
