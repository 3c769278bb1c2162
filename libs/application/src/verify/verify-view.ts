import { limits, type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { changedPaths, describeChange, fromTime, isPresent, type ViewEntry } from '#domain';
import type { Journal } from '../ports/journal.js';
import type { StoredRecord, ViewBucket } from '../ports/view-bucket.js';
import { type FoldedJournal, foldJournal } from './fold-journal.js';

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
}

export interface VerifyOptions {
  /** Write what differs, and nothing else. */
  readonly repair?: boolean;
  readonly onProgress?: (sequence: number, ofSequence: number) => void;
}

/**
 * Folds the journal from zero up to the position the bucket claims, and compares with the bucket itself, never
 * with a process's memory. Records newer than the position are left alone: their projector is still writing.
 */
export async function verifyView(
  journal: Journal,
  bucket: ViewBucket,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const stored = await readBucket(bucket);
  const { lastSequence } = await journal.ends();
  const folded = await foldJournal(journal, {
    toSequence: Math.min(stored.position, lastSequence),
    onProgress: (sequence) => options.onProgress?.(sequence, stored.position),
  });
  const differences = compare(folded, stored);
  const repaired = options.repair === true ? await repair(bucket, folded, stored, differences) : 0;
  return {
    position: stored.position,
    journalEnd: lastSequence,
    events: folded.events,
    setAside: folded.setAside,
    keys: stored.records.size,
    differences,
    repaired,
  };
}

interface StoredView {
  readonly position: number;
  readonly records: ReadonlyMap<string, StoredRecord>;
}

async function readBucket(bucket: ViewBucket): Promise<StoredView> {
  const records = new Map<string, StoredRecord>();
  let position = 0;
  await bucket.readAll((record) => {
    if (record.key === viewKeys.position)
      position = (record.value as PositionRecord | undefined)?.position ?? 0;
    else if (!record.key.startsWith(viewKeys.quarantinePrefix)) records.set(record.key, record);
  });
  return { position, records };
}

function compare(folded: FoldedJournal, stored: StoredView): Difference[] {
  const differences: Difference[] = [];
  for (const [key, entry] of folded.entries) {
    const found = stored.records.get(key);
    const difference =
      found === undefined
        ? missing(entry, folded.atMs)
        : differs(entry, found.value as ViewEntry, stored.position);
    if (difference !== undefined) differences.push({ key, ...difference });
  }
  for (const [key, record] of stored.records) {
    const value = record.value as ViewRecord | undefined;
    // A repair leaves a tombstone for a second, so that consumers are told.
    if (value?.change === 'removed') continue;
    if (folded.entries.has(key) || (value?.sequence ?? 0) > stored.position) continue;
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

/** Writes only differences, each against the revision it was compared with, so that a projector at work wins. */
async function repair(
  bucket: ViewBucket,
  folded: FoldedJournal,
  stored: StoredView,
  differences: readonly Difference[],
): Promise<number> {
  const writer = bucket.openWriter();
  let repaired = 0;
  for (const { key } of differences) {
    const after = folded.entries.get(key);
    const found = stored.records.get(key);
    const value =
      after === undefined
        ? tombstoneOf(found?.value as ViewRecord)
        : describeChange(found?.value as ViewEntry, after);
    await writer.write({
      key,
      value,
      expectedRevision: found?.revision ?? 0,
      ...(after === undefined ? { ttlMs: 1_000 } : {}),
    });
    repaired += 1;
  }
  writer.close();
  return repaired;
}

/** A record the journal knows nothing of is told as removed, and is gone a second later. */
function tombstoneOf(found: ViewRecord): ViewRecord {
  const cause = {
    id: 'verify',
    type: 'rollcall.view.repaired.v1',
    reason: 'the journal knows nothing of it',
  };
  return { ...found, change: 'removed', changed: [], cause };
}
