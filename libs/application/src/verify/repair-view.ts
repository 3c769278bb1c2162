import { isRollcallError, type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { describeChange, isInstanceView, joinInstance, toTime, ViewTable } from '#domain';
import type { StoredRecord, ViewBucket, ViewWriter } from '../ports/view-bucket.js';
import type { FoldedJournal } from './fold-journal.js';

/** The bucket as it was read. */
export interface StoredView {
  readonly position: number;
  readonly records: ReadonlyMap<string, StoredRecord>;
  /** The position record; absent when nobody has ever written one. */
  readonly mark?: { readonly record: PositionRecord; readonly revision: number };
}

export interface RepairOrder {
  readonly folded: FoldedJournal;
  readonly stored: StoredView;
  readonly differences: readonly { readonly key: string }[];
  /** The fold reflects the journal up to here. */
  readonly toSequence: number;
  /** The journal is another one than the view was made from: the position goes back, and the view begins anew. */
  readonly isReplaced: boolean;
}

/** What a tombstone says that a repair has left. */
export const REPAIRED = 'rollcall.view.repaired.v1';
const TOMBSTONE_MS = 1_000;

/**
 * Writes only differences, each against the revision it was compared with, so that a projector at work wins. A key
 * somebody else has written meanwhile is left to them. Returns how many were written.
 */
export async function repairView(bucket: ViewBucket, order: RepairOrder): Promise<number> {
  const writer = bucket.openWriter();
  let repaired = 0;
  try {
    for (const { key } of order.differences) if (await repairKey(writer, key, order)) repaired += 1;
    // Last, so that a repair that is interrupted is begun again.
    if (order.isReplaced && repaired === order.differences.length) await beginAnew(writer, order);
  } finally {
    writer.close();
  }
  return repaired;
}

async function repairKey(writer: ViewWriter, key: string, order: RepairOrder): Promise<boolean> {
  const after = order.folded.entries.get(key);
  const found = order.stored.records.get(key);
  const before = found?.value as ViewRecord | undefined;
  const value =
    after === undefined ? tombstoneOf(before as ViewRecord, order) : describeChange(before, after);
  const life = after === undefined ? { ttlMs: TOMBSTONE_MS } : {};
  try {
    await writer.write({ key, value, expectedRevision: found?.revision ?? 0, ...life });
    return true;
  } catch (error) {
    if (isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) return false;
    throw error;
  }
}

/**
 * A record the journal knows nothing of is told as removed, and is gone a second later. An instance is shown as one
 * nobody has registered: its old revisions would make the fold take new events for old ones.
 */
function tombstoneOf(found: ViewRecord, { toSequence }: RepairOrder): ViewRecord {
  const { record } = found;
  const cause = { id: 'verify', type: REPAIRED, reason: 'the journal knows nothing of it' };
  const sequence = Math.min(found.sequence, toSequence);
  const told = { ...found, change: 'removed' as const, sequence, changed: [], cause };
  return isInstanceView(record) ? { ...told, record: joinInstance(record, {}) } : told;
}

/** From here the projectors go on, and by the epoch everybody who follows the view loads it again. */
async function beginAnew(writer: ViewWriter, { folded, stored, toSequence }: RepairOrder): Promise<void> {
  const table = new ViewTable();
  for (const [key, entry] of folded.entries) table.put(key, entry);
  const at = toTime(folded.atMs);
  const value: PositionRecord = {
    position: toSequence,
    at,
    services: {},
    total: table.total,
    quarantined: folded.setAside,
    journal: { sequence: toSequence, at },
    epoch: (stored.mark?.record.epoch ?? 0) + 1,
  };
  await writer.write({ key: viewKeys.position, value, expectedRevision: stored.mark?.revision ?? 0 });
}
