import { type Decoded, decodeEvent, type RawEvent, viewKeyOf } from '#contracts';
import { configRefusal } from '#application';
import { type FoldEntry, foldEvent, joinEntry, splitEntry, type ViewEntry } from '#domain';
import { type EventOutcome, eventRow } from '../rows/event-row.js';
import type { EventRow } from '../schema/tables.js';

/** Events read, not yet folded. */
export interface DecodedBatch {
  readonly events: readonly { readonly raw: RawEvent; readonly decoded: Decoded }[];
  /** View keys they write to. */
  readonly keys: ReadonlySet<string>;
}

/** One key before and after a batch. */
export interface EntryChange {
  readonly before: ViewEntry | undefined;
  readonly after: ViewEntry;
}

/** What a batch of events writes. */
export interface FoldedBatch {
  readonly events: readonly EventRow[];
  readonly changes: ReadonlyMap<string, EntryChange>;
}

export function decodeBatch(raws: readonly RawEvent[]): DecodedBatch {
  const events = raws.map((raw) => ({ raw, decoded: decodeEvent(raw) }));
  const keys = new Set<string>();
  for (const { raw, decoded } of events) {
    if (decoded.kind === 'event') keys.add(viewKeyOf(decoded.event.aggregate, raw.key));
  }
  return { events, keys };
}

/**
 * Folds a batch by the rule of the view. Pure.
 * @param known the entry under each key of the batch, as the tables hold it
 */
export function foldBatch(batch: DecodedBatch, known: (key: string) => ViewEntry | undefined): FoldedBatch {
  const folding = new Map<string, FoldEntry>();
  const events: EventRow[] = [];
  for (const { raw, decoded } of batch.events)
    events.push(eventRow(raw, decoded, foldOne(raw, decoded, folding, known)));
  const changes = new Map<string, EntryChange>();
  for (const [key, entry] of folding) changes.set(key, { before: known(key), after: joinEntry(entry) });
  return { events, changes };
}

function foldOne(
  raw: RawEvent,
  decoded: Decoded,
  folding: Map<string, FoldEntry>,
  known: (key: string) => ViewEntry | undefined,
): EventOutcome {
  if (decoded.kind === 'unknown') return { outcome: 'unknown' };
  if (decoded.kind === 'rejected') return { outcome: 'malformed', problem: decoded.rejection.reason };
  const key = viewKeyOf(decoded.event.aggregate, raw.key);
  // The tables hold no schemas: here only whether a value can be read, the same after every restart.
  const refusal = configRefusal(decoded.event, () => undefined);
  if (refusal !== undefined) return { outcome: 'refused', problem: refusal.reason };
  const before = known(key);
  const step = foldEvent(
    folding.get(key) ?? (before === undefined ? undefined : splitEntry(before)),
    decoded.event,
  );
  if (step.kind === 'refused') return { outcome: 'refused', problem: step.rejection.reason };
  if (step.kind === 'unchanged') return { outcome: 'unchanged' };
  folding.set(key, step.entry);
  return { outcome: 'applied' };
}
