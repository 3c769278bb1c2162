import { limits, type RawEvent } from '#contracts';
import type { Journal } from '../ports/journal.js';

export interface EventRange {
  /** First sequence. */
  readonly from: number;
  /** Last sequence. */
  readonly to: number;
  /** Only these aggregates, as key patterns. Default all. */
  readonly patterns?: readonly string[];
}

/** The events of a range in pieces, each read when it is asked for: a slow reader holds few in memory. */
export async function* eventPieces(
  journal: Journal,
  { from, to, patterns }: EventRange,
): AsyncGenerator<readonly RawEvent[]> {
  const scope = patterns === undefined ? {} : { patterns };
  for (let start = from; start <= to; start += limits.journalPieceEventsMax) {
    const events: RawEvent[] = [];
    const toSequence = Math.min(to, start + limits.journalPieceEventsMax - 1);
    await journal.read({ from: { sequence: start }, toSequence, ...scope }, (event) => events.push(event));
    if (events.length > 0) yield events;
  }
}
