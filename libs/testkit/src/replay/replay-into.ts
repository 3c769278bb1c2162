import { type Replay, replayArchive } from '#archive';
import { createProjection, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import type { TestBroker } from '../broker/test-broker.js';

export interface ReplayIntoOptions {
  /** 1: at the pace it was written, 10: ten times as fast. Default as fast as it goes. */
  readonly speed?: number;
}

/** A registry in which an incident happens again. Always stop() it. */
export interface ReplayedRegistry {
  readonly store: RegistryStore;
  /** Lets it happen, and resolves when the view shows the end of it. */
  play(): Promise<Replay>;
  /** Ends the registry; the broker is its owner's. */
  stop(): Promise<void>;
}

/**
 * Puts what stood before an incident into an empty broker, with a registry in this process that serves it. Whoever is
 * tested connects to the broker now, as it would in production, and then lives through the incident with `play()`.
 * @param archive what `rollcall export` wrote
 */
export async function replayInto(
  broker: Pick<TestBroker, 'url' | 'user' | 'password'>,
  archive: string,
  options: ReplayIntoOptions = {},
): Promise<ReplayedRegistry> {
  const { url, user, password } = broker;
  const connection = await connectBroker({ url, user, password, name: 'replay' });
  const stop = new AbortController();
  const [standing, begun] = [gate(), gate()];
  const replay = replayArchive(archive, {
    connection,
    ...options,
    signal: stop.signal,
    onBefore: async () => {
      standing.open();
      await begun.passed;
    },
  });
  // It is told by whoever waits for it: here, or in play().
  replay.catch(() => undefined);
  try {
    await Promise.race([standing.passed, replay]);
    const store = await openRegistryStore({ connection });
    const projection = createProjection(store);
    await projection.start();
    await projection.follower.reached((await store.journal.ends()).lastSequence);
    return {
      store,
      play: async () => {
        begun.open();
        const played = await replay;
        await projection.follower.reached(played.to);
        return played;
      },
      stop: async () => {
        stop.abort();
        begun.open();
        await replay.catch(() => undefined);
        await projection.stop();
        store.journal.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}
