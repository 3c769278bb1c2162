import { jetstreamManager } from '@nats-io/jetstream';
import { createStreamNames, createSubjects, RollcallError } from '#contracts';
import { brokerError } from '#nats';
import { openRegistryStore, type RegistryStore, type StoreOptions } from './registry-store.js';
import { type WantedStream, wantedStreams } from './stream-configs.js';

export interface EmptyJournal {
  readonly store: RegistryStore;
  /** The sequence its first event gets. */
  readonly firstSequence: number;
}

/**
 * A registry without any event, made where there is none, for events that are copied into it.
 * @param options `firstSequence` is kept where the journal is made here
 * @throws ROLLCALL_PLACE_TAKEN
 */
export async function createEmptyJournal(
  options: StoreOptions & { readonly firstSequence: number },
): Promise<EmptyJournal> {
  const { connection, prefix = '', domain, replicas = 1, firstSequence } = options;
  const [subjects, streams] = [createSubjects(prefix), createStreamNames(prefix)];
  const inDomain = domain === undefined ? {} : { domain };
  try {
    const manager = await jetstreamManager(connection, inDomain);
    const names = new Set<string>();
    for await (const name of manager.streams.names()) names.add(name);
    if (!names.has(streams.journal)) {
      const journal = wantedStreams({ subjects, streams, replicas }).find(
        ({ name }) => name === streams.journal,
      ) as WantedStream;
      await manager.streams.add({ ...journal, first_seq: firstSequence });
    }
    const { state } = await manager.streams.info(streams.journal);
    if (state.last_seq >= Math.max(1, state.first_seq)) throw taken(streams.journal, state.messages);
    return { store: await openRegistryStore(options), firstSequence: Math.max(1, state.last_seq + 1) };
  } catch (error) {
    throw brokerError(error, 'making an empty journal');
  }
}

function taken(journal: string, events: number): RollcallError {
  return new RollcallError(
    'ROLLCALL_PLACE_TAKEN',
    `the broker holds a registry already: "${journal}" has ${events} events`,
    { action: 'Replay into a broker without one, or under a ROLLCALL_PREFIX that is not in use.' },
  );
}
