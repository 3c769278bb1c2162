import {
  decodeEvent,
  originalOf,
  parseAggregateKey,
  type RawEvent,
  type RegistryEvent,
  viewKeyOf,
} from '#contracts';
import { foldEvent, type FoldEntry, splitEntry, tell, type Undoing, type ViewEntry } from '#domain';
import { configRefusal } from '../config/refusal.js';

/** An event that is not undone, and why. */
export interface UndoSkip {
  readonly sequence: number;
  /** Its subject in the journal: `default.instance.orders.orders-1`. */
  readonly subject: string;
  readonly why: string;
}

/** What is to be undone of one aggregate. */
export interface Found {
  readonly subject: string;
  readonly undoing: Undoing;
  /** Revision of the last message on its subject, readable or not: what a compare-and-set expects. */
  readonly lastSequence: number;
}

interface Line {
  lastSequence: number;
  open?: { readonly before: FoldEntry | undefined; readonly events: [RegistryEvent, ...RegistryEvent[]] };
}

/**
 * Follows a stretch of the journal from before the first event that is to be undone up to its end, by the rule of the
 * view. Of each aggregate what is wanted can be undone back to the last event that counts and is not wanted.
 */
export class UndoScan {
  readonly #lines = new Map<string, Line>();
  readonly #folded = new Map<string, FoldEntry>();
  readonly skips: UndoSkip[] = [];

  /**
   * @param known what stood under a view key before the stretch
   * @param isWanted whether an event is to be undone
   */
  constructor(
    private readonly known: (key: string) => ViewEntry | undefined,
    private readonly isWanted: (event: RegistryEvent) => boolean,
    /** Told of events that nobody can read, too. */
    private readonly isNamed: (sequence: number) => boolean,
  ) {}

  /** What stands under a view key by now. */
  readonly standing = (key: string): FoldEntry | undefined => {
    const folded = this.#folded.get(key);
    if (folded !== undefined) return folded;
    const entry = this.known(key);
    return entry === undefined ? undefined : splitEntry(entry);
  };

  take(raw: RawEvent): void {
    if (parseAggregateKey(raw.key) === undefined) return;
    let line = this.#lines.get(raw.key);
    if (line === undefined) this.#lines.set(raw.key, (line = { lastSequence: 0 }));
    const decoded = decodeEvent(raw);
    // The journal answers with the revision everybody knows, wherever the event was carried to.
    line.lastSequence = decoded.kind === 'event' ? originalOf(decoded.event).sequence : raw.sequence;
    if (decoded.kind === 'event') this.#fold(decoded.event, raw.key, line);
    else if (this.isNamed(raw.sequence))
      this.#skip(raw.sequence, raw.key, 'nobody could read it, so it changed nothing');
  }

  /** Everything that can be tried, the last thing that happened first. */
  found(): Found[] {
    const found: Found[] = [];
    for (const [subject, { open, lastSequence }] of this.#lines) {
      if (open === undefined) continue;
      const key = viewKeyOf(open.events[0].aggregate, subject);
      found.push({ subject, undoing: { ...open, now: this.standing(key) }, lastSequence });
    }
    return found.toSorted((left, right) => newestOf(right) - newestOf(left));
  }

  #fold(event: RegistryEvent, subject: string, line: Line): void {
    const key = viewKeyOf(event.aggregate, subject);
    const before = this.standing(key);
    const isWanted = this.isWanted(event);
    const refusal = configRefusal(event, this.standing);
    const step =
      refusal === undefined ? foldEvent(before, event) : ({ kind: 'refused', rejection: refusal } as const);
    if (step.kind === 'changed') {
      this.#folded.set(key, step.entry);
      this.#note(event, { subject, before, isWanted }, line);
    } else if (isWanted && event.aggregate.kind === 'undo') {
      this.#note(event, { subject, before, isWanted }, line);
    } else if (isWanted) {
      const why = step.kind === 'refused' ? `it was refused: ${step.rejection.reason}` : 'it changed nothing';
      this.#skip(event.sequence, subject, why);
    }
  }

  #note(
    event: RegistryEvent,
    { subject, before, isWanted }: { subject: string; before: FoldEntry | undefined; isWanted: boolean },
    line: Line,
  ): void {
    if (isWanted) {
      if (line.open === undefined) line.open = { before, events: [event] };
      else line.open.events.push(event);
      return;
    }
    for (const { sequence } of line.open?.events ?? [])
      this.#skip(sequence, subject, `event ${event.sequence} came after it: ${tell(event)}`);
    delete line.open;
  }

  #skip(sequence: number, subject: string, why: string): void {
    this.skips.push({ sequence, subject, why });
  }
}

function newestOf({ undoing }: Found): number {
  return (undoing.events.at(-1) as RegistryEvent).sequence;
}
