import { fromTime, type ViewEntry } from '#domain';
import type { Journal } from '../ports/journal.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import { historyBegin } from './history-begin.js';
import { ownMarks } from './own-marks.js';

/** A view that stands for the events up to its position. */
export interface Seed {
  readonly position: number;
  readonly atMs: number;
  readonly entries: Map<string, ViewEntry>;
}

/**
 * The oldest snapshot that stands for what was cut off the journal, for who knows the events up to a position only.
 * Undefined when the journal holds all that come behind it, or when there is no such snapshot.
 */
export async function snapshotBehind(
  journal: Journal,
  snapshots: SnapshotStore,
  position: number,
): Promise<Seed | undefined> {
  const ends = await journal.ends();
  if (position + 1 >= ends.firstSequence) return undefined;
  const { own } = await ownMarks(journal, await snapshots.marks());
  const begin = historyBegin(ends, own);
  const mark = own.find((candidate) => candidate.position + 1 === begin);
  if (mark === undefined) return undefined;
  return { position: mark.position, atMs: fromTime(mark.at), entries: await snapshots.load(mark, {}) };
}
