import { limits, type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { changedPaths, fromTime, isPresent, type ViewEntry } from '#domain';
import type { Journal } from '../ports/journal.js';
import type { StoredRecord, ViewBucket } from '../ports/view-bucket.js';
import { journalStrangeness } from '../projector/same-journal.js';
import { snapshotBehind } from '../history/snapshot-behind.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import { type FoldedJournal, foldJournal } from './fold-journal.js';
import { REPAIRED, repairView, type StoredView } from './repair-view.js';

/** One key where the bucket is not what the journal says. */
export interface Difference {
  readonly key: string;
  readonly kind: 'missing' | 'surplus' | 'stale' | 'different';
  /** Fields that differ, or what else is wrong. */
  readonly detail: string;
}

export interface VerifyReport {
  readonly position: number;
  readonly journalEnd: number;
  readonly events: number;
  readonly setAside: number;
  readonly keys: number;
  readonly differences: readonly Difference[];
  readonly repaired: number;
  /** The snapshot that stands for what was cut off the journal; absent while it is whole. */
  readonly fromSnapshot?: number;
  /** Why the journal is not the one the view was made from, in words; absent when it is. */
  readonly replaced?: string;
}

export interface VerifyOptions {
  /** Write what differs, and nothing else. */
  readonly repair?: boolean;
  readonly onProgress?: (sequence: number, ofSequence: number) => void;
  /** What stands for the part of the journal that was cut off. */
  readonly snapshots?: SnapshotStore;
}

/**
 * Folds the journal from zero up to the position the bucket claims, and compares with the bucket itself, never
 * with a process's memory. Records newer than the position are left alone: their projector is still writing. Unless
 * the journal is another one than the view was made from: then nobody writes, all of it is folded, and a repair makes
 * the view anew (docs/decisions/0027).
 */
export async function verifyView(
  journal: Journal,
  bucket: ViewBucket,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const stored = await readBucket(bucket);
  const { lastSequence } = await journal.ends();
  const replaced = stored.mark && (await journalStrangeness(journal, stored.mark.record));
  const toSequence = replaced === undefined ? Math.min(stored.position, lastSequence) : lastSequence;
  const seed = options.snapshots && (await snapshotBehind(journal, options.snapshots, 0));
  const base = seed?.entries ?? new Map<string, ViewEntry>();
  const tail = await foldJournal(journal, {
    fromSequence: (seed?.position ?? 0) + 1,
    toSequence,
    known: (key) => base.get(key),
    onProgress: (sequence) => options.onProgress?.(sequence, toSequence),
  });
  const folded = { ...tail, entries: new Map([...base, ...tail.entries]) };
  const differences = compare(folded, stored, replaced === undefined ? stored.position : Infinity);
  const order = { folded, stored, differences, toSequence, isReplaced: replaced !== undefined };
  const repaired = options.repair === true ? await repairView(bucket, order) : 0;
  return {
    position: stored.position,
    journalEnd: lastSequence,
    events: folded.events,
    setAside: folded.setAside,
    keys: stored.records.size,
    differences,
    repaired,
    ...(replaced === undefined ? {} : { replaced }),
    ...(seed === undefined ? {} : { fromSnapshot: seed.position }),
  };
}

async function readBucket(bucket: ViewBucket): Promise<StoredView> {
  const records = new Map<string, StoredRecord>();
  let mark: StoredView['mark'];
  await bucket.readAll((record) => {
    const { key, value, revision } = record;
    if (key === viewKeys.position)
      mark = value === undefined ? undefined : { record: value as PositionRecord, revision };
    else if (!key.startsWith(viewKeys.quarantinePrefix)) records.set(key, record);
  });
  return { position: mark?.record.position ?? 0, records, ...(mark === undefined ? {} : { mark }) };
}

/** @param position what is newer is still being written */
function compare(folded: FoldedJournal, stored: StoredView, position: number): Difference[] {
  const differences: Difference[] = [];
  for (const [key, entry] of folded.entries) {
    const found = stored.records.get(key);
    const difference =
      found === undefined ? missing(entry, folded.atMs) : differs(entry, found.value as ViewEntry, position);
    if (difference !== undefined) differences.push({ key, ...difference });
  }
  for (const [key, { value }] of stored.records) {
    const record = value as ViewRecord | undefined;
    // A repair leaves a tombstone for a second, so that consumers are told.
    if (record?.cause?.type === REPAIRED) continue;
    if (folded.entries.has(key) || (record?.sequence ?? 0) > position) continue;
    differences.push({ key, kind: 'surplus', detail: 'the journal knows nothing of it' });
  }
  return differences;
}

/** A tombstone may have aged out of the bucket. */
function missing(entry: ViewEntry, nowMs: number): Omit<Difference, 'key'> | undefined {
  const isAged = !isPresent(entry) && nowMs - fromTime(entry.at) > limits.tombstoneMs;
  return isAged ? undefined : { kind: 'missing', detail: `sequence ${entry.sequence} was never written` };
}

function differs(
  entry: ViewEntry,
  found: ViewEntry | undefined,
  position: number,
): Omit<Difference, 'key'> | undefined {
  const sequence = found?.sequence ?? 0;
  if (found === undefined || sequence < entry.sequence) {
    return { kind: 'stale', detail: `holds sequence ${sequence} instead of ${entry.sequence}` };
  }
  if (sequence > position) return undefined;
  const paths = changedPaths({ ...entry, change: '', changed: '' }, { ...found, change: '', changed: '' });
  return paths.length === 0 ? undefined : { kind: 'different', detail: paths.join(', ') };
}
