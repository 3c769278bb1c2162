import { limits } from '#contracts';
import { toTime, type ViewEntry } from '#domain';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { SnapshotMark, SnapshotStore } from '../ports/snapshots.js';
import { ownMarks } from './own-marks.js';
import { foldJournal } from '../verify/fold-journal.js';

export interface SnapshotMakerParts {
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly log: Log;
  /** Least number of events between two snapshots. Default `limits.snapshotEventsMin`. */
  readonly eventsMin?: number;
}

const nothing: SnapshotMark = { position: 0, at: toTime(0), keys: 0 };

/**
 * Makes snapshots behind the journal's back: each from the one before and the events between, never from a live view,
 * so that a snapshot also proves its predecessor and a journal from before there were snapshots is caught up with.
 */
export class SnapshotMaker {
  constructor(private readonly parts: SnapshotMakerParts) {}

  /** Makes the next snapshot if it is due. */
  async makeNext(): Promise<SnapshotMark | undefined> {
    const { journal, snapshots, eventsMin = limits.snapshotEventsMin } = this.parts;
    const { own: marks, foreign } = await ownMarks(journal, await snapshots.marks());
    for (const mark of foreign) await snapshots.drop(mark);
    const newest = marks.at(-1) ?? nothing;
    // A large registry is not written again for every few events.
    const position = newest.position + Math.max(eventsMin, 2 * newest.keys);
    const { firstSequence, lastSequence } = await journal.ends();
    if (lastSequence < position || firstSequence > newest.position + 1) return undefined;
    const mark = await this.#make(newest, position);
    await this.#thin([...marks, mark]);
    return mark;
  }

  /**
   * A snapshot of exactly this sequence, which is in the journal. Undefined when nothing before it reaches up to it.
   */
  async makeAt(position: number): Promise<SnapshotMark | undefined> {
    const { journal, snapshots } = this.parts;
    const { own } = await ownMarks(journal, await snapshots.marks());
    const newest = own.findLast((mark) => mark.position <= position) ?? nothing;
    if (newest.position === position) return newest;
    const { firstSequence } = await journal.ends();
    return firstSequence > newest.position + 1 ? undefined : this.#make(newest, position);
  }

  async #make(base: SnapshotMark, position: number): Promise<SnapshotMark> {
    const { snapshots, log } = this.parts;
    const entries = base === nothing ? new Map<string, ViewEntry>() : await snapshots.load(base, {});
    const atMs = await this.#foldInto(entries, base.position + 1, position);
    const mark = await snapshots.save({ position, at: toTime(atMs) }, entries);
    log.info('made a snapshot of the past', { position, keys: mark.keys });
    return mark;
  }

  /**
   * A piece at a time, because the projector hears of new events over the same connection and works on the same thread.
   * @returns broker time of the last event
   */
  async #foldInto(entries: Map<string, ViewEntry>, from: number, to: number): Promise<number> {
    let atMs = 0;
    for (let fromSequence = from; fromSequence <= to; fromSequence += limits.journalPieceEventsMax) {
      const toSequence = Math.min(to, fromSequence + limits.journalPieceEventsMax - 1);
      const range = { fromSequence, toSequence, known: (key: string) => entries.get(key) };
      const folded = await foldJournal(this.parts.journal, range);
      for (const [key, entry] of folded.entries) entries.set(key, entry);
      if (folded.events > 0) atMs = folded.atMs;
    }
    return atMs;
  }

  /** Above the limit, every second of the older half goes: the past stays reachable, in larger steps. */
  async #thin(marks: readonly SnapshotMark[]): Promise<void> {
    if (marks.length <= limits.snapshotsMax) return;
    const older = marks.slice(0, Math.floor(marks.length / 2));
    for (const mark of older.filter((_, index) => index % 2 === 1)) await this.parts.snapshots.drop(mark);
  }
}
