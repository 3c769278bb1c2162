import { limits } from '#contracts';
import { Auditor, type CheckpointSigner, type Log } from '#application';
import type { Projection, RegistryStore } from '#jetstream';
import { keepOutside, openSigner } from './audit-files.js';
import { SpareTime } from './spare-time.js';

/** Ten seconds of load; then the chain catches up even so. */
const PUT_OFF_TICKS_MAX = 20;

export interface NodeAuditor {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

interface AuditOptions {
  /** Where the signing key and the newest checkpoint are. Absent: the chain is kept and not signed. */
  readonly directory?: string;
  readonly log: Log;
}

/** Audits wherever the projector leads; the guard of each block settles the rest. */
export async function startAuditor(
  store: RegistryStore,
  { projector }: Projection,
  { directory, log }: AuditOptions,
): Promise<NodeAuditor> {
  const signer = directory === undefined ? undefined : await openSigner(directory);
  const auditor = new Auditor({ journal: store.journal, source: store.audit, trail: store.audit });
  const vouch = checkpointer(store, signer, directory);
  const spare = new SpareTime(projector, PUT_OFF_TICKS_MAX);
  let working: Promise<void> | undefined;
  const work = async (isLast: boolean): Promise<void> => {
    try {
      await vouch(await auditor.catchUp(), isLast);
    } catch (error) {
      log.warn('the journal could not be audited; it is tried again', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
    working = undefined;
  };
  const timer = setInterval(() => {
    if (working === undefined && spare.isNow()) working = work(false);
  }, limits.auditTickMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
      if (projector.isLeading) await work(true);
    },
  };
}

/** Signs for the end of the chain once a minute, and when the process ends. */
function checkpointer(store: RegistryStore, signer: CheckpointSigner | undefined, directory?: string) {
  let signedSequence = 0;
  let signedAtMs = -Infinity;
  return async (
    { sequence, hash }: { readonly sequence: number; readonly hash: string },
    isLast: boolean,
  ): Promise<void> => {
    if (signer === undefined || directory === undefined || sequence <= signedSequence) return;
    if (!isLast && performance.now() - signedAtMs < limits.auditCheckpointMs) return;
    const at = new Date().toISOString();
    const checkpoint = signer.sign({ stream: store.streams.journal, sequence, hash, at });
    await store.audit.sign(checkpoint);
    await keepOutside(directory, checkpoint);
    [signedSequence, signedAtMs] = [sequence, performance.now()];
  };
}
