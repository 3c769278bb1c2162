import { limits } from '#contracts';
import type { Journal } from '../ports/journal.js';

export interface JournalLimits {
  readonly ageMsMax?: number;
  readonly bytesMax?: number;
}

export interface CutOrder {
  readonly limits: JournalLimits;
  readonly bytes: number;
  readonly nowMs: number;
  /** How many of the newest events stay, and how few are not worth a cut. */
  readonly headroom: number;
}

/**
 * The last event that should be cut off, or undefined while the journal is within its limits. A cut is work: of age,
 * the journal may be a sixteenth above its limit before it is cut; of size, it is cut to seven eighths.
 */
export async function cutPoint(journal: Journal, order: CutOrder): Promise<number | undefined> {
  const { firstSequence, lastSequence } = await journal.ends();
  if (lastSequence < firstSequence) return undefined;
  const through = Math.max(await byAge(journal, order), await bySize(journal, order));
  const newest = lastSequence - order.headroom - 1;
  const bounded = Math.min(through, firstSequence + limits.retentionEventsMax - 1, newest);
  return bounded - firstSequence + 1 < order.headroom ? undefined : bounded;
}

async function byAge(journal: Journal, { limits: { ageMsMax }, nowMs }: CutOrder): Promise<number> {
  if (ageMsMax === undefined) return 0;
  const { firstSequence, lastSequence } = await journal.ends();
  const first = await journal.at(firstSequence);
  if (first === undefined || nowMs - first.atMs < ageMsMax + ageMsMax / 16) return 0;
  return ((await journal.firstAt(new Date(nowMs - ageMsMax))) ?? lastSequence + 1) - 1;
}

/** By their number: events are about alike, and a wrong guess is put right by the next cut. */
async function bySize(journal: Journal, { limits: { bytesMax }, bytes }: CutOrder): Promise<number> {
  if (bytesMax === undefined || bytes <= bytesMax) return 0;
  const { firstSequence, lastSequence } = await journal.ends();
  const share = 1 - (bytesMax * 7) / 8 / bytes;
  return firstSequence + Math.ceil((lastSequence - firstSequence + 1) * share) - 1;
}
