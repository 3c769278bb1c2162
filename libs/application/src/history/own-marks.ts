import { toTime } from '#domain';
import type { Journal } from '../ports/journal.js';
import type { SnapshotMark } from '../ports/snapshots.js';

/**
 * Parts snapshots of this journal from those of another one that stood in its place: restored, made anew, or regrown
 * after its tail was lost. A snapshot is of this journal when the event it ends with was stored at the time it says; all
 * before it are then too. Where retention has taken that event away, nobody can have put another one in its place.
 * @param marks oldest first
 */
export async function ownMarks(
  journal: Journal,
  marks: readonly SnapshotMark[],
): Promise<{ readonly own: readonly SnapshotMark[]; readonly foreign: readonly SnapshotMark[] }> {
  const { firstSequence, lastSequence } = await journal.ends();
  for (let count = marks.length; count > 0; count -= 1) {
    const { position, at } = marks[count - 1] as SnapshotMark;
    if (position > lastSequence) continue;
    const event = position < firstSequence ? undefined : await journal.at(position);
    const isOwn = event === undefined ? position < firstSequence : toTime(event.atMs) === at;
    if (isOwn) return { own: marks.slice(0, count), foreign: marks.slice(count) };
  }
  return { own: [], foreign: marks };
}
