import type { JetStreamManager } from '@nats-io/jetstream';
import type { StreamNames } from '#contracts';
import { brokerError, type JournalPlace } from '#nats';

/** A broker, and the names of a registry on it. */
export interface BackupPlace extends JournalPlace {
  readonly manager: JetStreamManager;
}

/**
 * What is backed up: the journal, and what only it was there to see. Everything else comes of these: the view and the
 * timers from the journal, leases by the next heartbeat.
 */
export function backedUp({ audit, snapshots, journal }: StreamNames): readonly string[] {
  return [audit, snapshots, journal];
}

/** Names of all streams there are. */
export async function namesOf({ manager }: BackupPlace): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  try {
    for await (const name of manager.streams.names()) names.add(name);
  } catch (error) {
    throw brokerError(error, 'listing the streams');
  }
  return names;
}
