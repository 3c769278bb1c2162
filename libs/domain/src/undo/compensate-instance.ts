import {
  type Evidence,
  eventTypes,
  type InstanceAggregateId,
  type OverrideRecord,
  type OverrideView,
  type VerdictEvent,
  type VerdictRecord,
} from '#contracts';
import { normalizeInstance } from '../instance/normalize.js';
import { departureOf, type InstanceState, isVerdictInForce, type Registration } from '../instance/state.js';
import type { FoldEntry } from '../view/fold-entry.js';
import { isSameData } from './same-data.js';
import type { Compensating, Compensation, Undoing } from './undoing.js';

/** What the service said: a good-bye is taken back, a registration ended, a change of its record reversed. */
export function undoRegistration({ events, before, now }: Undoing): Compensation {
  const aggregate = events[0].aggregate as InstanceAggregateId;
  const was = stateIn(before).registration;
  const is = stateIn(now).registration;
  if (is === undefined) return { why: 'nothing is known of the instance any more' };
  const record = normalizeInstance(is.record);
  if (was === undefined || was.left) {
    if (is.left) return { why: 'the instance was not registered before either' };
    return [{ type: eventTypes.instanceDeregistered, aggregate, data: { ...record, status: 'down' } }];
  }
  const { incarnation } = was.record;
  if (incarnation !== record.incarnation)
    return { why: `incarnation ${incarnation} was superseded by ${record.incarnation} and cannot come back` };
  const data = normalizeInstance(was.record);
  if (is.left) return [{ type: eventTypes.instanceReinstated, aggregate, data }];
  if (isSameData(data, record)) return { why: 'the instance says the same as before' };
  return [{ type: eventTypes.instanceUpdated, aggregate, data }];
}

/** What operators laid over it. An eviction that is taken back returns a suspect: nobody has seen it meanwhile. */
export function undoOverride({ events, before, now }: Undoing): Compensation {
  const { namespace, service, instance } = events[0].aggregate as InstanceAggregateId;
  const names = { namespace, service, instance };
  const held = contentOf(stateIn(before).override);
  if (isSameData(held, contentOf(stateIn(now).override)))
    return { why: 'the override says the same as before' };
  const isNothing = Object.keys(held).length === 0;
  const data: OverrideRecord = { ...names, ...held, ...(isNothing ? { removed: true } : {}) };
  const type = isNothing ? eventTypes.overrideRemoved : eventTypes.overrideSet;
  const undoing: Compensating = { type, aggregate: { kind: 'override', ...names }, data };
  const suspicion = suspicionOfReturn(names, stateIn(now), stateIn(before).override);
  return suspicion === undefined ? [undoing] : [suspicion, undoing];
}

/** Set down before the override is lifted, so that there is no moment in which callers take it for well. */
function suspicionOfReturn(
  names: Names,
  state: InstanceState,
  override: OverrideView | undefined,
): Compensating | undefined {
  const { registration, verdict } = state;
  const returns = departureOf(state) === 'evicted' && departureOf({ ...state, override }) === undefined;
  if (!returns || registration === undefined || registration.record.leaseMs === 0) return undefined;
  return isVerdictInForce(registration, verdict)
    ? undefined
    : suspicionOf(names, registration, { signal: 'undo', detail: 'its eviction was undone' });
}

/** What the watchman found. Only an expiry can be taken back; it becomes a suspicion again. */
export function undoFinding({ events, now }: Undoing): Compensation {
  const { aggregate, data } = events.at(-1) as VerdictEvent;
  if (data.state !== 'expired')
    return { why: 'the watchman decides anew about suspects with every heartbeat: there is nothing to undo' };
  const state = stateIn(now);
  const { registration } = state;
  if (registration === undefined) return { why: 'nothing is known of the instance any more' };
  const { incarnation } = registration.record;
  if (incarnation > data.incarnation)
    return { why: `the instance has registered again since, as incarnation ${incarnation}` };
  const departure = departureOf(state);
  if (departure !== 'expired')
    return { why: departure === undefined ? 'the instance is there' : `the instance is ${departure} by now` };
  const { namespace, service, instance } = aggregate;
  const evidence: Evidence = { signal: 'undo', detail: 'its expiry was undone' };
  return [suspicionOf({ namespace, service, instance }, registration, evidence)];
}

type Names = Omit<InstanceAggregateId, 'kind'>;

function suspicionOf(names: Names, registration: Registration, evidence: Evidence): Compensating {
  const { incarnation } = registration.record;
  const { registeredSequence } = registration;
  const data: VerdictRecord = { ...names, incarnation, registeredSequence, state: 'suspected', evidence };
  return { type: eventTypes.verdictSuspected, aggregate: { kind: 'verdict', ...names }, data };
}

function contentOf(override: OverrideView | undefined): Partial<OverrideRecord> {
  const { status, weight, evictedIncarnation } = override ?? {};
  return {
    ...(status === undefined ? {} : { status }),
    ...(weight === undefined ? {} : { weight }),
    ...(evictedIncarnation === undefined ? {} : { evictedIncarnation }),
  };
}

function stateIn(entry: FoldEntry | undefined): InstanceState {
  return entry !== undefined && 'state' in entry ? entry.state : {};
}
