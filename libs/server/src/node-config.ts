import { JetStreamScheduleTimers, type RegistryStore } from '#jetstream';
import { watchConnection } from '#nats';
import type { Writers } from './writers.js';

/** What a node does for config beside answering: makes scheduled changes when their time has come. */
export interface NodeConfig {
  onChange(key: string): void;
  stop(): void;
}

/** The view must have been loaded; changes are handed in from then on. */
export async function startConfig(store: RegistryStore, { config }: Writers): Promise<NodeConfig> {
  const worker = config.worker(new JetStreamScheduleTimers(store), store.log);
  await worker.start();
  // A broker that comes back may have lost timers that were set a moment before.
  const stopWatching = watchConnection(store.connection, { onReconnect: () => worker.armAll() });
  return {
    onChange: (key) => worker.onChange(key),
    stop: () => {
      stopWatching();
      worker.stop();
    },
  };
}
