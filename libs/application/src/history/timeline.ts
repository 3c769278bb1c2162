import {
  carriedType,
  decodeEvent,
  headerNames,
  type RawEvent,
  type RegistryEvent,
  type Rejection,
  viewKeyOf,
} from '#contracts';
import { foldEvent, type FoldEntry, splitEntry, tell, toTime, type ViewEntry } from '#domain';
import { configRefusal } from '../config/refusal.js';
import type { Journal } from '../ports/journal.js';
import { type EventFilter, matchesEvent } from './event-filter.js';
import { eventPieces, type EventRange } from './event-pieces.js';

/** One event, told. */
export interface TimelineLine {
  readonly sequence: number;
  readonly at: string;
  readonly type: string;
  /** What it is about, as its subject in the journal: `default.instance.orders.orders-1`. */
  readonly subject: string;
  readonly sentence: string;
  readonly id?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly traceparent?: string;
  /** Sequence of the event this one answers, where that is in the timeline's range or just before it. */
  readonly causedBy?: number;
  /** Why the view paid no attention to it. */
  readonly refused?: string;
}

export interface TimelineOptions extends EventRange, EventFilter {
  /** What stood under a key before the range: so that a refusal is known for one. */
  readonly known?: (key: string) => ViewEntry | undefined;
}

/** The events of a range, told one by one. Reading goes on when the next is asked for. */
export async function* timelineOf(journal: Journal, options: TimelineOptions): AsyncGenerator<TimelineLine> {
  const teller = new Teller(options.known);
  for await (const piece of eventPieces(journal, options)) {
    for (const raw of piece) {
      const line = teller.tell(raw);
      if (line !== undefined && matchesEvent(options, line)) yield line;
    }
  }
}

/** Tells events in the order of the journal, remembering what the view made of them. */
export class Teller {
  readonly #folded = new Map<string, FoldEntry>();
  readonly #sequences = new Map<string, number>();

  constructor(private readonly known: (key: string) => ViewEntry | undefined = () => undefined) {}

  /** Undefined for an event of a type this version knows nothing of. */
  tell(raw: RawEvent): TimelineLine | undefined {
    const decoded = decodeEvent(raw);
    if (decoded.kind === 'unknown') return undefined;
    if (decoded.kind === 'rejected') {
      const { code, reason } = decoded.rejection;
      return {
        sequence: raw.sequence,
        at: toTime(raw.atMs),
        type: raw.header(headerNames.type) ?? 'unreadable',
        subject: raw.key,
        sentence: 'an event could not be read',
        refused: `${code}: ${reason}`,
      };
    }
    return this.#tellEvent(decoded.event, raw.key);
  }

  #tellEvent(event: RegistryEvent, subject: string): TimelineLine {
    const key = viewKeyOf(event.aggregate, subject);
    const before = this.#before(key);
    const refusal = configRefusal(event, (other) => this.#before(other));
    const step = refusal === undefined ? foldEvent(before, event) : refusedBy(refusal);
    if (step.kind === 'changed') this.#folded.set(key, step.entry);
    const cause = this.#causeOf(event, before);
    this.#sequences.set(event.id, event.sequence);
    const { sequence, type, id, actor, reason, traceparent, carried } = event;
    return {
      sequence,
      at: toTime(event.atMs),
      type: carried === undefined ? type : carriedType,
      subject,
      sentence:
        carried === undefined
          ? tell(event)
          : `was said again, as of sequence ${carried.sequence}, so that it stays when the journal is cut`,
      id,
      ...(actor === undefined ? {} : { actor }),
      ...(reason === undefined ? {} : { reason }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(cause === undefined ? {} : { causedBy: cause }),
      ...(step.kind === 'refused' ? { refused: step.rejection.reason } : {}),
    };
  }

  #before(key: string): FoldEntry | undefined {
    const folded = this.#folded.get(key);
    if (folded !== undefined) return folded;
    const entry = this.known(key);
    return entry === undefined ? undefined : splitEntry(entry);
  }

  /** What the event names as its cause; of a verdict that ends a suspicion, the suspicion. */
  #causeOf(event: RegistryEvent, before: FoldEntry | undefined): number | undefined {
    // What it undoes may lie far before the range.
    if (event.undoes !== undefined) return Number(event.undoes.split(',').at(-1)) || undefined;
    if (event.causationId !== undefined) return this.#sequences.get(event.causationId);
    if (event.aggregate.kind !== 'verdict' || before === undefined || !('state' in before)) return undefined;
    const { verdict } = before.state;
    const { incarnation, state } = event.data as { incarnation: number; state: string };
    const isEnd = state !== 'suspected' && verdict?.state === 'suspected';
    return isEnd && verdict.incarnation === incarnation ? verdict.sequence : undefined;
  }
}

function refusedBy(rejection: Rejection) {
  return { kind: 'refused', rejection } as const;
}
