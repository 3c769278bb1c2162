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
  /** Default `limits.retentionSlackMs`. */
  readonly slackMs?: number;
}

/**
 * Keeps the journal within its limits: what is alive and rests on the oldest events is carried, a snapshot stands for
 * all of them and was read back, and only then are they cut off. A step that fails leaves the journal as it is.
 */
export class Retention {
  constructor(private readonly parts: RetentionParts) {}

  /** Cuts once if that is due. Returns the last sequence the journal may have lost. */
  async work(): Promise<number | undefined> {
    const { journal, cutter, carrier, log, limits: wanted, slackMs = limits.retentionSlackMs } = this.parts;
    const through = await cutPoint(journal, { ...(await cutter.size()), limits: wanted, slackMs });
    if (through === undefined || through > (await this.parts.audited())) return undefined;
    const { firstSequence } = await journal.ends();
    const carried = await carrier.carry(firstSequence, through);
    await this.#snapshotAt(through);
    const next = await journal.at(through + 1);
    if (next === undefined) return undefined;
    // Well before the first event that is not covered: a moment passes until the limit is lifted again.
    await cutter.cut((await cutter.size()).nowMs - next.atMs + slackMs);
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
