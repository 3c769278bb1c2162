import { setImmediate as breath } from 'node:timers/promises';
import { decodeEvent, type RawEvent, type Rejection, type RegistryEvent, viewKeyOf } from '#contracts';
import { type FoldEntry, foldEvent, joinEntry, splitEntry, type ViewEntry } from '#domain';
import { configRefusal } from '../config/refusal.js';
import type { Journal } from '../ports/journal.js';

export interface FoldOptions {
  /** First sequence to fold; what came before is in `known`. Default 1. */
  readonly fromSequence?: number;
  readonly toSequence: number;
  /** Only these aggregates, as key patterns. Default all. */
  readonly patterns?: readonly string[];
  /** The entry under a key before the first event folded here. */
  readonly known?: (key: string) => ViewEntry | undefined;
  readonly onSetAside?: (raw: RawEvent, rejection: Rejection, event?: RegistryEvent) => void;
  readonly onProgress?: (sequence: number) => void;
}

/** What a stretch of the journal says, folded. */
export interface FoldedJournal {
  /** Every key the stretch changed. */
  readonly entries: ReadonlyMap<string, ViewEntry>;
  /** Broker time of the last event. */
  readonly atMs: number;
  readonly events: number;
  readonly setAside: number;
}

const PROGRESS_EVENTS = 10_000;
/** A few milliseconds of work; then others are served. */
const JOINED_AT_ONCE = 500;

/**
 * Folds a stretch of the journal into memory by the rule of the view and nothing else. Entries stay unjoined
 * until the end, because most are folded over many times.
 */
export async function foldJournal(journal: Journal, options: FoldOptions): Promise<FoldedJournal> {
  const { fromSequence = 1, toSequence, patterns, known, onSetAside, onProgress } = options;
  const scope = patterns === undefined ? {} : { patterns };
  const folding = new Map<string, FoldEntry>();
  let events = 0;
  let setAside = 0;
  let atMs = 0;
  const reject = (raw: RawEvent, rejection: Rejection, event?: RegistryEvent): void => {
    setAside += 1;
    onSetAside?.(raw, rejection, event);
  };
  const onEvent = (raw: RawEvent): void => {
    events += 1;
    atMs = raw.atMs;
    if (events % PROGRESS_EVENTS === 0) onProgress?.(raw.sequence);
    const decoded = decodeEvent(raw);
    if (decoded.kind === 'rejected') reject(raw, decoded.rejection);
    if (decoded.kind !== 'event') return;
    const key = viewKeyOf(decoded.event.aggregate, raw.key);
    const refusal = configRefusal(decoded.event, (other) => folding.get(other) ?? known?.(other));
    if (refusal !== undefined) {
      reject(raw, refusal, decoded.event);
      return;
    }
    const step = foldEvent(folding.get(key) ?? split(known?.(key)), decoded.event);
    if (step.kind === 'changed') folding.set(key, step.entry);
    else if (step.kind === 'refused') reject(raw, step.rejection, decoded.event);
  };
  if (toSequence >= fromSequence)
    await journal.read({ from: { sequence: fromSequence }, toSequence, ...scope }, onEvent);
  const entries = new Map<string, ViewEntry>();
  for (const [key, entry] of folding) {
    entries.set(key, joinEntry(entry));
    if (entries.size % JOINED_AT_ONCE === 0) await breath();
  }
  return { entries, atMs, events, setAside };
}

function split(entry: ViewEntry | undefined): FoldEntry | undefined {
  return entry === undefined ? undefined : splitEntry(entry);
}
