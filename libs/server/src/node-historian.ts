import { limits } from '#contracts';
import { type Log, SnapshotMaker } from '#application';
import type { Projection, RegistryStore } from '#jetstream';
import { SpareTime } from './spare-time.js';

/** A minute of load; then a snapshot is due even so. */
const PUT_OFF_TICKS_MAX = 30;

export interface Historian {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** Makes snapshots of the past, one at a time, wherever the projector leads: others would make the same ones. */
export function startHistorian(
  { journal, snapshots }: RegistryStore,
  { projector }: Projection,
  log: Log,
): Historian {
  const maker = new SnapshotMaker({ journal, snapshots, log });
  const spare = new SpareTime(projector, PUT_OFF_TICKS_MAX);
  let working: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    try {
      await maker.makeNext();
    } catch (error) {
      log.warn('a snapshot of the past could not be made; it is tried again', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
    working = undefined;
  };
  const timer = setInterval(() => {
    if (working === undefined && spare.isNow()) working = work();
  }, limits.snapshotTickMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}
