import { limits, RollcallError } from '#contracts';
import type { Journal } from '../ports/journal.js';
import type { JournalCutter } from '../ports/journal-cutter.js';
import type { Log } from '../ports/log.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import type { SnapshotMaker } from '../history/snapshot-maker.js';
import type { Carrier } from './carrier.js';
import { cutPoint, type JournalLimits } from './cut-point.js';

export interface RetentionParts {
  readonly journal: Journal;
  readonly cutter: JournalCutter;
  readonly snapshots: SnapshotStore;
  readonly maker: SnapshotMaker;
  readonly carrier: Carrier;
  readonly limits: JournalLimits;
  /** Up to where the chain of hashes has come: what is not in it yet is not cut. */
  readonly audited: () => Promise<number>;
  readonly log: Log;
  /** Default `limits.retentionHeadroomEventsMin`. */
  readonly headroom?: number;
}

/**
 * Keeps the journal within its limits: what is alive and rests on the oldest events is carried, a snapshot stands for
 * all of them and was read back, and only then are they cut off. A step that fails leaves the journal as it is. Both
 * reach further than the cut: what is appended until no limit stands takes as many events more with it. Of snapshots
 * there are two, so that history does not begin later than the cut needs: one for what is appended in a moment, and one
 * for what may be appended where this leader dies before the limit is lifted.
 */
export class Retention {
  constructor(private readonly parts: RetentionParts) {}

  /** Cuts once if that is due. Returns the last sequence that was cut off. */
  async work(): Promise<number | undefined> {
    const { journal, cutter, carrier, log, headroom = limits.retentionHeadroomEventsMin } = this.parts;
    const order = { ...(await cutter.size()), limits: this.parts.limits, headroom };
    const through = await cutPoint(journal, order);
    if (through === undefined) return undefined;
    const covered = through + headroom;
    const { firstSequence, lastSequence } = await journal.ends();
    const reach = through + reachOf(lastSequence - through, headroom);
    // A leader that dies in the cut may take as much with it.
    if (reach > (await this.parts.audited())) return undefined;
    const carried = await carrier.carry(firstSequence, reach);
    for (const position of new Set([covered, reach])) await this.#snapshotAt(position);
    await cutter.cut(through);
    await this.#dropUseless();
    log.info('cut the journal', { through, carried, first: (await journal.ends()).firstSequence });
    return through;
  }

  /** A snapshot counts when it was read back whole. */
  async #snapshotAt(position: number): Promise<void> {
    const { maker, snapshots } = this.parts;
    const mark = await maker.makeAt(position);
    if (mark === undefined) {
      const what = `no snapshot reaches up to the journal before sequence ${position}, so it cannot be cut`;
      throw new RollcallError('ROLLCALL_SNAPSHOT_DAMAGED', what);
    }
    try {
      const entries = await snapshots.load(mark, {});
      if (entries.size === mark.keys) return;
      const what = `the snapshot of sequence ${position}: it holds ${entries.size} of ${mark.keys} keys`;
      throw new RollcallError('ROLLCALL_SNAPSHOT_DAMAGED', what);
    } catch (error) {
      await snapshots.drop(mark);
      throw error;
    }
  }

  /** Behind a snapshot from before the cut some events are missing: nothing can be told from it. */
  async #dropUseless(): Promise<void> {
    const { journal, snapshots } = this.parts;
    const { firstSequence } = await journal.ends();
    for (const mark of await snapshots.marks())
      if (mark.position + 1 < firstSequence) await snapshots.drop(mark);
  }
}

/** How far what is covered goes beyond the cut: more is read, and carried before its time, the further it goes. */
function reachOf(left: number, headroom: number): number {
  return Math.max(headroom, Math.min(Math.floor(left / 2), limits.retentionReachEventsMax));
}
