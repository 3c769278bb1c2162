import { limits, RollcallError } from '#contracts';
import { diffViews, parseMoment, type ViewDifference, type ViewEntry, ViewTable } from '#domain';
import type { Journal, JournalEnds } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { HistoricPlace, SnapshotMark, SnapshotStore } from '../ports/snapshots.js';
import { Reader, type ViewSource } from '../reader/reader.js';
import { foldJournal } from '../verify/fold-journal.js';
import { findMoment, type HistoricMoment } from './find-moment.js';
import { historyBegin } from './history-begin.js';
import { Gate } from './gate.js';
import { ownMarks } from './own-marks.js';
import { type AvailabilityReport, availabilityOf } from './availability.js';
import { callPlaces } from '../reader/explain-call.js';
import { checkedPlace, instancePatterns, placePatterns } from './place-patterns.js';
import type { EventFilter } from './event-filter.js';
import { whatIf, type WhatIfReport } from './what-if.js';
import type { WhatIfPolicy } from './what-if-input.js';
import { timelineOf, type TimelineLine } from './timeline.js';

export interface HistoryParts {
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly log: Log;
  /** Wall clock: only to say which moment `-15m` is. */
  readonly nowMs: () => number;
}

/** The registry, or a part of it, as it was. */
export interface HistoricView extends ViewSource, HistoricMoment {
  readonly table: ViewTable;
}

interface Window {
  readonly from: HistoricMoment;
  readonly to: HistoricMoment;
}

export interface HistoricDiff extends Window {
  readonly differences: readonly ViewDifference[];
}

/** What happened in a place, up to a sequence. */
export interface Timeline {
  readonly lines: AsyncGenerator<TimelineLine>;
  readonly to: number;
}

export interface TimelineOrder extends EventFilter {
  readonly place: HistoricPlace;
  /** First and last moment; default all there is. */
  readonly from?: string;
  readonly to?: string;
}

export interface WhatIfQuestion {
  readonly namespace: string;
  /** Default every one of the namespace; calls are tried to one only. */
  readonly service?: string;
  /** Who calls it, a service or service/instance. Default: one of its own. */
  readonly caller?: string;
  /** At how many moments a call is tried. Default 20. */
  readonly samples?: number;
  readonly policy: WhatIfPolicy;
}

/**
 * Answers from any moment of the past exactly as the view would have answered then: the newest snapshot at or before
 * it, and the events between folded by the one rule of the view.
 */
export class History {
  readonly #gate = new Gate();

  constructor(private readonly parts: HistoryParts) {}

  /** @throws ROLLCALL_SEQUENCE_INVALID, ROLLCALL_BEFORE_HISTORY, ROLLCALL_AFTER_HISTORY */
  moment(text: string): Promise<HistoricMoment> {
    const { nowMs } = this.parts;
    return findMoment(this.#toldJournal(), text, nowMs());
  }

  /**
   * A reader of the past. It holds nothing outside the place it was asked for.
   * @throws as `moment`, and ROLLCALL_HISTORY_BUSY
   */
  async readerAt(
    text: string,
    ...places: readonly HistoricPlace[]
  ): Promise<{ reader: Reader; moment: HistoricMoment }> {
    const view = await this.viewAt(await this.moment(text), ...places);
    return { reader: new Reader(() => view), moment: { sequence: view.sequence, at: view.at } };
  }

  /** Sequence of the first event that can be told with what stood before it. */
  async begins(): Promise<number> {
    return (await this.#toldJournal().ends()).firstSequence;
  }

  /** The journal from where its events can be told: its first event, or the one behind the oldest snapshot. */
  #toldJournal(): Pick<Journal, 'ends' | 'firstAt' | 'at'> {
    const { journal } = this.parts;
    const ends = async (): Promise<JournalEnds> => {
      const found = await journal.ends();
      return { ...found, firstSequence: historyBegin(found, await this.#marks()) };
    };
    return { ends, firstAt: (time) => journal.firstAt(time), at: (sequence) => journal.at(sequence) };
  }

  /** Some places as they were, in one view. @throws ROLLCALL_BEFORE_HISTORY, ROLLCALL_HISTORY_BUSY */
  async viewAt(moment: HistoricMoment, ...places: readonly HistoricPlace[]): Promise<HistoricView> {
    const table = new ViewTable();
    await this.#gate.pass(async () => {
      for (const place of places) {
        for (const [key, entry] of await this.entriesAt(moment.sequence, place)) table.put(key, entry);
      }
    });
    return {
      ...moment,
      table,
      position: moment.sequence,
      staleMs: 0,
      reached: (sequence) =>
        sequence <= moment.sequence ? Promise.resolve() : Promise.reject(beyond(sequence, moment)),
    };
  }

  /** How a place at one moment differs from the same place at an earlier one. @throws as `moment` and `viewAt` */
  async diff(fromText: string, toText: string, place: HistoricPlace): Promise<HistoricDiff> {
    const { from, to } = await this.#window(fromText, toText);
    const differences = await this.#gate.pass(async () =>
      diffViews(await this.entriesAt(from.sequence, place), await this.entriesAt(to.sequence, place)),
    );
    return { from, to, differences };
  }

  /** How available the instances of a place were between two moments. @throws as `diff` */
  async availability(fromText: string, toText: string, place: HistoricPlace): Promise<AvailabilityReport> {
    const { journal } = this.parts;
    const window = await this.#window(fromText, toText);
    return this.#gate.pass(async () => {
      const entries = await this.entriesAt(window.from.sequence, place);
      return availabilityOf(journal, { ...window, entries, patterns: instancePatterns(place) });
    });
  }

  /** What another policy would have made of the events between two moments. @throws as `diff` */
  async whatIf(fromText: string, toText: string, order: WhatIfQuestion): Promise<WhatIfReport> {
    const { namespace, service, caller, samples = limits.whatIfSamplesDefault, policy } = order;
    const places =
      service === undefined
        ? [checkedPlace({ namespace })]
        : callPlaces(namespace, caller ?? service, service);
    const window = await this.#window(fromText, toText);
    const call =
      service === undefined ? {} : { call: { namespace, service, caller: caller ?? service, samples } };
    return this.#gate.pass(async () => {
      const parts = [];
      for (const place of places) parts.push(...(await this.entriesAt(window.from.sequence, place)));
      const patterns = places.flatMap((place) => placePatterns(place) ?? []);
      return whatIf(this.parts.journal, { ...window, entries: new Map(parts), patterns, policy, ...call });
    });
  }

  async #window(fromText: string, toText: string): Promise<Window> {
    const [from, to] = [await this.moment(fromText), await this.moment(toText)];
    if (from.sequence <= to.sequence) return { from, to };
    throw new RollcallError(
      'ROLLCALL_QUERY_INVALID',
      `"${fromText}" (sequence ${from.sequence}) comes after "${toText}" (sequence ${to.sequence})`,
      { action: 'Name the earlier moment first.' },
    );
  }

  /** The events of a place between two moments, told one by one. @throws as `moment` */
  async timeline(order: TimelineOrder): Promise<Timeline> {
    const { journal } = this.parts;
    const { place, types, actor, traceId } = order;
    const { firstSequence, lastSequence } = await this.#toldJournal().ends();
    const from = order.from === undefined ? firstSequence : await this.#firstFrom(order.from);
    const to = order.to === undefined ? lastSequence : (await this.moment(order.to)).sequence;
    const known = await this.#gate.pass(() =>
      (from > 1 && firstSequence > 1) || from > firstSequence
        ? this.entriesAt(from - 1, place)
        : Promise.resolve(new Map<string, ViewEntry>()),
    );
    const patterns = placePatterns(place);
    const lines = timelineOf(journal, {
      from,
      to,
      known: (key) => known.get(key),
      ...(patterns === undefined ? {} : { patterns }),
      ...(types === undefined ? {} : { types }),
      ...(actor === undefined ? {} : { actor }),
      ...(traceId === undefined ? {} : { traceId }),
    });
    return { lines, to };
  }

  /** Sequence of the first event at or after a moment, which may lie before history: then the first there is. */
  async #firstFrom(text: string): Promise<number> {
    const { journal, nowMs } = this.parts;
    const { firstSequence, lastSequence } = await this.#toldJournal().ends();
    const moment = parseMoment(text, nowMs());
    const sequence =
      'sequence' in moment ? moment.sequence : ((await journal.firstAt(moment.time)) ?? lastSequence + 1);
    return Math.max(firstSequence, sequence);
  }

  /** What stood under every key of a place after the event at a sequence. */
  async entriesAt(sequence: number, place: HistoricPlace): Promise<Map<string, ViewEntry>> {
    const { journal } = this.parts;
    const base = await this.#baseOf(sequence, place);
    const { firstSequence } = await journal.ends();
    if (base.position + 1 < firstSequence) {
      throw new RollcallError(
        'ROLLCALL_BEFORE_HISTORY',
        `sequence ${sequence} cannot be told any more: the journal begins with ${firstSequence}, and no snapshot reaches up to it`,
      );
    }
    const patterns = placePatterns(place);
    const folded = await foldJournal(journal, {
      fromSequence: base.position + 1,
      toSequence: sequence,
      known: (key) => base.entries.get(key),
      ...(patterns === undefined ? {} : { patterns }),
    });
    for (const [key, entry] of folded.entries) base.entries.set(key, entry);
    return base.entries;
  }

  /** The newest snapshot at or before a sequence that is whole; a damaged one is told and passed over. */
  async #baseOf(sequence: number, place: HistoricPlace) {
    const { snapshots, log } = this.parts;
    const marks = (await this.#marks()).filter(({ position }) => position <= sequence);
    const { own } = await ownMarks(this.parts.journal, marks);
    for (const mark of own.toReversed()) {
      try {
        return { position: mark.position, entries: await snapshots.load(mark, place) };
      } catch (error) {
        log.warn('a snapshot cannot be used; an older one is taken', damageOf(mark, error));
      }
    }
    return { position: 0, entries: new Map<string, ViewEntry>() };
  }

  /** A registry that was never started with snapshots has no place for them: then everything is folded. */
  async #marks(): Promise<readonly SnapshotMark[]> {
    try {
      return await this.parts.snapshots.marks();
    } catch (error) {
      this.parts.log.warn('snapshots cannot be listed; the journal is folded from its beginning', {
        error: error instanceof Error ? error.message : String(error),
      });
      return [];
    }
  }
}

function damageOf({ position }: SnapshotMark, error: unknown): Readonly<Record<string, unknown>> {
  return { position, error: error instanceof Error ? error.message : String(error) };
}

function beyond(sequence: number, moment: HistoricMoment): RollcallError {
  return new RollcallError(
    'ROLLCALL_POSITION_NOT_REACHED',
    `sequence ${sequence} is demanded of the past at sequence ${moment.sequence}`,
  );
}
