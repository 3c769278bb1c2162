import { limits } from '#contracts';
import { type Journal, snapshotBehind, type SnapshotStore } from '#application';
import type { ViewEntry } from '#domain';
import type { SqlDatabase } from '../database/database.js';
import { writeBatch } from '../write/write-batch.js';
import type { EntryChange } from './fold-batch.js';
import { movePosition } from './position.js';

/**
 * Fills empty tables with the snapshot that stands for what was cut off the journal, and moves them to before its first
 * event: those up to the snapshot are still to be read, become rows, and change nothing that is known already. All in
 * one transaction.
 * @returns the position; 0 when the journal is whole, or no snapshot reaches up to it
 * @throws ROLLCALL_REVISION_CONFLICT
 */
export async function seedTables(
  { kysely, dialect }: SqlDatabase,
  journal: Journal,
  snapshots: SnapshotStore,
): Promise<number> {
  const { firstSequence } = await journal.ends();
  const seed = await snapshotBehind(journal, snapshots, 0);
  if (seed === undefined) return 0;
  const { entries, atMs } = seed;
  const position = firstSequence - 1;
  await kysely.transaction().execute(async (transaction) => {
    const place = { transaction, dialect };
    await movePosition(place, 0, position, atMs);
    for (const changes of batchesOf(entries))
      await writeBatch(place, { events: [], changes }, (key) => entries.get(key));
  });
  return position;
}

function* batchesOf(entries: ReadonlyMap<string, ViewEntry>): Generator<Map<string, EntryChange>> {
  let batch = new Map<string, EntryChange>();
  for (const [key, after] of entries) {
    batch.set(key, { before: undefined, after });
    if (batch.size < limits.sqlBatchMax) continue;
    yield batch;
    batch = new Map();
  }
  yield batch;
}
