import {
  type AggregateId,
  eventTypes,
  type InstanceAggregateId,
  type InstanceView,
  originalOf,
  type RegistryEvent,
  type VerdictRecord,
  type VerdictView,
} from '#contracts';
import { fromTime, isInstanceView, isPresent, type ViewEntry } from '#domain';

/** One aggregate, the event it stands at, and for an instance the registration that event belongs to. */
export interface Place {
  readonly aggregate: AggregateId;
  readonly revision: number;
  readonly registered?: { readonly sequence: number; readonly atMs: number };
  /** Fields of the record that the view has forgotten since, and that are not to come back. */
  readonly forgotten?: readonly string[];
  /** Of a verdict: what it says, also when no verdict said it. A good-bye that is taken back makes a suspect. */
  readonly verdict?: VerdictRecord;
}

/** Whether an event is, or says again, the one with this sequence. */
export function isSaid(event: RegistryEvent, sequence: number): boolean {
  return originalOf(event).sequence === sequence;
}

/**
 * The aggregates under a view key that rest on any of these events. An instance rests on its last event and on its
 * registration, and takes with it what is laid over it, in this order: from the beginning of a cut journal, a verdict
 * is heard only by who knows of the registration.
 */
export function placesOf({ record, ...entry }: ViewEntry, events: readonly RegistryEvent[]): Place[] {
  if (isInstanceView(record)) {
    return isPresent({ record, ...entry }) ? instancePlaces(record, events) : overridePlaces(record, events);
  }
  const resting = events.find((event) => isSaid(event, record.revision));
  return resting === undefined ? [] : [{ aggregate: resting.aggregate, revision: record.revision }];
}

function instancePlaces(view: InstanceView, events: readonly RegistryEvent[]): Place[] {
  const { verdict, revision, registeredSequence, registeredAt } = view;
  const registered = { sequence: registeredSequence, atMs: fromTime(registeredAt) };
  const verdicts = verdict === undefined ? [] : [verdictPlace(view, verdict)];
  const laidOver = (resting: readonly RegistryEvent[] | undefined): Place[] => [
    ...overridePlaces(view, resting),
    ...verdicts.filter((place) => resting === undefined || restsOn(place, resting)),
  ];
  if (!events.some((event) => isBase(event, view))) return laidOver(events);
  return [{ aggregate: idOf(view, 'instance'), revision, registered }, ...laidOver(undefined)];
}

function verdictPlace(view: InstanceView, verdict: VerdictView): Place {
  const { kind, ...names } = idOf(view, 'verdict');
  const { sequence: revision, at: _at, ...said } = verdict;
  return { aggregate: { kind, ...names }, revision, verdict: { ...names, ...said } };
}

/** @param resting absent: whatever it rests on */
function overridePlaces(view: InstanceView, resting?: readonly RegistryEvent[]): Place[] {
  if (view.override === undefined) return [];
  const { sequence: revision, evictedIncarnation } = view.override;
  const forgotten = evictedIncarnation === undefined ? ['evictedIncarnation'] : [];
  const place = { aggregate: idOf(view, 'override'), revision, forgotten };
  return resting === undefined || restsOn(place, resting) ? [place] : [];
}

function restsOn({ revision }: Place, events: readonly RegistryEvent[]): boolean {
  return events.some((event) => isSaid(event, revision));
}

/** Whether a fold that begins behind this event would not know of the registration, or of its last change. */
function isBase(event: RegistryEvent, { revision, registeredSequence }: InstanceView): boolean {
  if (event.aggregate.kind !== 'instance') return false;
  if (event.carried !== undefined) return event.carried.registered?.sequence === registeredSequence;
  return event.sequence === revision || (isRegistration(event) && event.sequence === registeredSequence);
}

function isRegistration({ type }: RegistryEvent): boolean {
  return type === eventTypes.instanceRegistered;
}

function idOf(
  { namespace, service, instance }: InstanceView,
  kind: InstanceAggregateId['kind'],
): InstanceAggregateId {
  return { kind, namespace, service, instance };
}
