import { decodeEvent, viewKeyOf } from '#contracts';
import { evolve, type ViewEntry } from '#domain';
import type { Journal } from '../ports/journal.js';

/** What the journal says, folded from its first event. */
export interface FoldedJournal {
  readonly entries: ReadonlyMap<string, ViewEntry>;
  readonly toSequence: number;
  readonly atMs: number;
  readonly events: number;
  readonly setAside: number;
}

/** Folds the journal from zero to a sequence into memory, by the same rule as the projector and nothing else. */
export async function foldJournal(
  journal: Journal,
  toSequence: number,
  onProgress?: (sequence: number) => void,
): Promise<FoldedJournal> {
  const entries = new Map<string, ViewEntry>();
  let events = 0;
  let setAside = 0;
  let atMs = 0;
  if (toSequence > 0) {
    await journal.read({ toSequence }, (raw) => {
      events += 1;
      atMs = raw.atMs;
      if (events % 10_000 === 0) onProgress?.(raw.sequence);
      const decoded = decodeEvent(raw);
      if (decoded.kind !== 'event') {
        setAside += decoded.kind === 'rejected' ? 1 : 0;
        return;
      }
      const key = viewKeyOf(decoded.event.aggregate);
      const evolved = evolve(entries.get(key), decoded.event);
      if (evolved.kind === 'changed') entries.set(key, evolved.entry);
      else if (evolved.kind === 'refused') setAside += 1;
    });
  }
  return { entries, toSequence, atMs, events, setAside };
}
