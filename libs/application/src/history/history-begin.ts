import type { JournalEnds } from '../ports/journal.js';
import type { SnapshotMark } from '../ports/snapshots.js';

/**
 * The first sequence whose event can be told with what stood before it. Of a journal that was cut, the one behind the
 * oldest snapshot that reaches up to it: a cut may leave a few events before that.
 * @param marks of this journal, oldest first
 */
export function historyBegin({ firstSequence }: JournalEnds, marks: readonly SnapshotMark[]): number {
  if (firstSequence <= 1) return firstSequence;
  const oldest = marks.find(({ position }) => position + 1 >= firstSequence);
  return oldest === undefined ? firstSequence : oldest.position + 1;
}
