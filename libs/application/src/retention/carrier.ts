import {
  decodeEvent,
  eventTypes,
  limits,
  type NewEvent,
  originalOf,
  type RawEvent,
  type RegistryEvent,
  RollcallError,
  viewKeyOf,
} from '#contracts';
import { mayBeForgotten, type ViewEntry } from '#domain';
import type { AppendOptions, Journal } from '../ports/journal.js';
import { eventPieces } from '../history/event-pieces.js';
import { isSaid, type Place, placesOf } from './places.js';

type Carry = NewEvent & AppendOptions;

export interface CarrierParts {
  readonly journal: Journal;
  /** What stands under a view key now. */
  readonly known: (key: string) => ViewEntry | undefined;
  /** How far that has come. */
  readonly position: () => number;
  readonly newId: () => string;
}

/**
 * Says again, at the end of the journal, what is alive and rests on events that are about to be cut off. What is dead
 * is not carried. Each against the revision it was read with: who writes meanwhile wins, and the cut is put off.
 */
export class Carrier {
  constructor(private readonly parts: CarrierParts) {}

  /** Carries what rests on events up to a sequence. Returns how many events were carried. @throws ROLLCALL_REVISION_CONFLICT */
  async carry(from: number, through: number): Promise<number> {
    let carried = 0;
    for await (const piece of eventPieces(this.parts.journal, { from, to: through })) {
      let batch: Carry[] = [];
      for (const [key, events] of byKey(piece)) {
        batch.push(...(await this.#carriesOf(key, events, through)));
        if (batch.length < limits.carriedBatchMax) continue;
        carried += await this.#write(batch);
        batch = [];
      }
      carried += await this.#write(batch);
    }
    return carried;
  }

  async #write(batch: readonly Carry[]): Promise<number> {
    if (batch.length > 0) await this.parts.journal.appendBatch(batch);
    return batch.length;
  }

  async #carriesOf(key: string, events: readonly RegistryEvent[], through: number): Promise<Carry[]> {
    const entry = this.parts.known(key);
    if (entry === undefined || mayBeForgotten(entry)) return [];
    const found = await Promise.all(placesOf(entry, events).map((place) => this.#find(place, events)));
    const [first] = found;
    // Carried before, all of it, to where it stays.
    if (first !== undefined && first.isCarried && first.stands > through) return [];
    return found.filter((one) => one !== undefined).map((one) => this.#carry(one));
  }

  /** The event a place rests on, wherever it was carried to. */
  async #find(place: Place, events: readonly RegistryEvent[]): Promise<Found | undefined> {
    const { journal, position } = this.parts;
    const last = await journal.last(place.aggregate);
    const stands = last?.place ?? last?.sequence ?? 0;
    if (stands > position()) throw behind(stands);
    const isLast = last?.sequence === place.revision;
    const said = events.filter((one) => isSaid(one, place.revision));
    const event =
      (isLast ? await this.#eventAt(stands) : undefined) ??
      said.find(({ aggregate }) => aggregate.kind === place.aggregate.kind) ??
      said[0] ??
      (await this.#eventAt(place.revision));
    return event && { place, event, stands, isCarried: isLast && last.place !== undefined };
  }

  async #eventAt(sequence: number): Promise<RegistryEvent | undefined> {
    const raw = await this.parts.journal.at(sequence);
    const decoded = raw === undefined ? undefined : decodeEvent(raw);
    return decoded?.kind === 'event' ? decoded.event : undefined;
  }

  #carry({ place, event, stands }: Found): Carry {
    const { id, sequence, atMs, source, actor, reason, causationId, traceparent } = originalOf(event);
    const said = Object.entries({ source, actor, reason, causationId, traceparent });
    const { aggregate, registered, forgotten = [] } = place;
    const { type, data } = saidOf(place, event);
    const kept = Object.entries(data).filter(([field]) => !forgotten.includes(field));
    return {
      ...Object.fromEntries(said.filter(([, value]) => value !== undefined)),
      id: this.parts.newId(),
      type,
      aggregate,
      data: Object.fromEntries(kept),
      carried: { sequence, atMs, id, ...(registered === undefined ? {} : { registered }) },
      expectedRevision: stands,
    };
  }
}

interface Found {
  readonly place: Place;
  readonly event: RegistryEvent;
  /** Sequence of the last message on its subject. */
  readonly stands: number;
  readonly isCarried: boolean;
}

/** The event itself, or the suspicion that a good-bye which was taken back brought with it. */
function saidOf(
  { aggregate, verdict }: Place,
  event: RegistryEvent,
): Pick<NewEvent<object>, 'type' | 'data'> {
  const isImplied = verdict !== undefined && event.aggregate.kind !== aggregate.kind;
  return isImplied ? { type: eventTypes.verdictSuspected, data: verdict } : event;
}

function behind(sequence: number): RollcallError {
  return new RollcallError(
    'ROLLCALL_POSITION_NOT_REACHED',
    `the view has not reached sequence ${sequence} yet`,
  );
}

/** Readable events, by the view key they write to. */
function byKey(raws: readonly RawEvent[]): Map<string, RegistryEvent[]> {
  const found = new Map<string, RegistryEvent[]>();
  for (const raw of raws) {
    const decoded = decodeEvent(raw);
    if (decoded.kind !== 'event') continue;
    const key = viewKeyOf(decoded.event.aggregate, raw.key);
    const held = found.get(key);
    if (held === undefined) found.set(key, [decoded.event]);
    else held.push(decoded.event);
  }
  return found;
}
