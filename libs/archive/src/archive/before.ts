import type { AuditSource, StoredEvent } from '#application';
import { limits } from '#contracts';
import { fromTime, isInstanceView, mayBeForgotten, type ViewEntry } from '#domain';

/**
 * Sequences of the events that made a view what it is, in order. Each event carries the whole record of its aggregate,
 * and a view entry names the events it was joined of: folded again in this order they give the same records.
 * @param atMs broker time of the moment: what had been forgotten by then stays out
 */
export function makersOf(entries: Iterable<ViewEntry>, atMs: number): number[] {
  const sequences = new Set<number>();
  for (const entry of entries) {
    const { record } = entry;
    if (mayBeForgotten(entry) && atMs - fromTime(entry.at) > limits.tombstoneMs) continue;
    sequences.add(record.revision);
    if (!isInstanceView(record)) continue;
    sequences.add(record.registeredSequence);
    if (record.override !== undefined) sequences.add(record.override.sequence);
    if (record.verdict !== undefined) sequences.add(record.verdict.sequence);
  }
  // An instance nobody has registered, which has an override only, names 0.
  sequences.delete(0);
  return [...sequences].toSorted((left, right) => left - right);
}

/** Opening a reader costs as much as reading so many events past. */
const GAP = 1_000;
const PIECE = 5_000;

/** Hands over single events of a long journal in order: neighbours are read together. */
export async function readPicked(
  source: AuditSource,
  sequences: readonly number[],
  take: (event: StoredEvent) => Promise<void>,
): Promise<void> {
  for (const group of groupsOf(sequences)) {
    const wanted = new Set(group);
    const events: StoredEvent[] = [];
    const range = { from: group[0] as number, to: group.at(-1) as number };
    await source.readStored(range, (event) => {
      if (wanted.has(event.sequence)) events.push(event);
    });
    for (const event of events) await take(event);
  }
}

function groupsOf(sequences: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const sequence of sequences) {
    const group = groups.at(-1);
    const isNear = group !== undefined && group.length < PIECE && sequence - (group.at(-1) as number) <= GAP;
    if (isNear) group.push(sequence);
    else groups.push([sequence]);
  }
  return groups;
}
