import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contracts';
import type { RegistryStore } from '#jetstream';

const SETTLED_MS_MAX = 120_000;

/**
 * Resolves when what follows a journal at leisure, its chain of hashes and its snapshots, has come to its end: that is a
 * cost of the events it was filled with, and not of what is measured next.
 */
export async function settled({
  journal,
  audit,
  snapshots,
}: Pick<RegistryStore, 'journal' | 'audit' | 'snapshots'>): Promise<void> {
  const deadline = AbortSignal.timeout(SETTLED_MS_MAX);
  const { lastSequence } = await journal.ends();
  const isChained = async () => ((await audit.last())?.block.to ?? 0) >= lastSequence;
  const isSnapshotDue = async () => {
    const { position = 0, keys = 0 } = (await snapshots.marks()).at(-1) ?? {};
    return lastSequence >= position + Math.max(limits.snapshotEventsMin, 2 * keys);
  };
  while (!(await isChained()) || (await isSnapshotDue())) {
    deadline.throwIfAborted();
    await delay(200);
  }
}
