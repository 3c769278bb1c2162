import { randomUUID } from 'node:crypto';
import { errorText, limits } from '#contracts';
import {
  Carrier,
  type JournalCutter,
  type JournalLimits,
  type Log,
  Retention,
  SnapshotMaker,
} from '#application';
import { JetStreamJournalCutter, type Projection, type RegistryStore } from '#jetstream';
import { SpareTime } from './spare-time.js';

/** A minute of load; then a snapshot is due even so. */
const PUT_OFF_TICKS_MAX = 30;

export interface Historian {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

interface HistorianOptions {
  /** What the journal is cut to. */
  readonly journal: JournalLimits;
  readonly log: Log;
}

/**
 * Makes snapshots of the past and keeps the journal within its limits, one thing at a time, wherever the projector
 * leads: others would do the same. A limit that a dead leader left on the journal is lifted first, also where the
 * journal may grow as it likes.
 */
export function startHistorian(
  store: RegistryStore,
  projection: Projection,
  { journal: wanted, log }: HistorianOptions,
): Historian {
  const { journal, snapshots } = store;
  const maker = new SnapshotMaker({ journal, snapshots, log });
  const cutter = new JetStreamJournalCutter(store.manager, store.streams.journal);
  const retention = openRetention(store, projection, { wanted, maker, cutter, log });
  const spare = new SpareTime(projection.projector, PUT_OFF_TICKS_MAX);
  let working: Promise<void> | undefined;
  let cutAtMs = performance.now();
  const work = async (): Promise<void> => {
    await told(log, 'a snapshot of the past could not be made; it is tried again', () => maker.makeNext());
    if (retention === undefined || performance.now() - cutAtMs < limits.retentionTickMs) return;
    await told(log, 'the journal could not be cut and stays as it is; it is tried again', () =>
      retention.work(),
    );
    cutAtMs = performance.now();
  };
  // Not put off under load: the more is appended, the more a limit that stands takes.
  const tick = async (): Promise<void> => {
    await told(
      log,
      'a limit may stand on the journal and could not be lifted; it is tried again',
      async () => {
        if (await cutter.lift()) log.warn('lifted a limit that stood on the journal', {});
      },
    );
    if (spare.isNow()) await work();
  };
  const timer = setInterval(() => {
    if (working === undefined && projection.projector.isLeading)
      working = tick().finally(() => (working = undefined));
  }, limits.snapshotTickMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}

async function told(log: Log, trouble: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn(trouble, { error: errorText(error) });
  }
}

interface RetentionOptions {
  readonly wanted: JournalLimits;
  readonly maker: SnapshotMaker;
  readonly cutter: JournalCutter;
  readonly log: Log;
}

/** Undefined when the journal may grow as it likes. */
function openRetention(
  store: RegistryStore,
  { table, projector }: Pick<Projection, 'table' | 'projector'>,
  { wanted, ...options }: RetentionOptions,
): Retention | undefined {
  if (wanted.ageMsMax === undefined && wanted.bytesMax === undefined) return undefined;
  options.log.info('the journal is kept to its limits', {
    ...wanted,
    // Below that a cut would not be worth its work, whatever the limits say.
    eventsNotCutBelow: 2 * limits.retentionHeadroomEventsMin,
  });
  const { journal, snapshots, audit } = store;
  const carrier = new Carrier({
    journal,
    known: (key) => table.get(key)?.entry,
    position: () => projector.position ?? 0,
    newId: randomUUID,
  });
  return new Retention({
    ...options,
    journal,
    snapshots,
    carrier,
    limits: wanted,
    audited: async () => (await audit.last())?.block.to ?? 0,
  });
}
