import { randomUUID } from 'node:crypto';
import type { JetStreamManager } from '@nats-io/jetstream';
import { Carrier, type JournalLimits, Retention, silentLog, SnapshotMaker } from '#application';
import { JetStreamJournalCutter } from '#jetstream';
import type { TestRegistry } from '../client/registry.js';

/** Events that stay behind a cut, and that it covers further than it goes at least. */
export const HEADROOM = 2;

/** Cuts journals of a few events. */
export function smallRetention(
  { store, projection }: TestRegistry,
  limits: JournalLimits,
  manager: Pick<JetStreamManager, 'streams'> = store.manager,
): Retention {
  const { journal, snapshots, audit, streams } = store;
  return new Retention({
    journal,
    snapshots,
    limits,
    log: silentLog,
    headroom: HEADROOM,
    maker: new SnapshotMaker({ journal, snapshots, log: silentLog }),
    cutter: new JetStreamJournalCutter(manager, streams.journal),
    audited: async () => (await audit.last())?.block.to ?? 0,
    carrier: new Carrier({
      journal,
      known: (key) => projection.table.get(key)?.entry,
      position: () => projection.projector.position ?? 0,
      newId: randomUUID,
    }),
  });
}
