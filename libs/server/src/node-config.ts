import { type ViewRecord } from '#contracts';
import { type Rollout, type Rollouts, systemClock } from '#application';
import { hearConfigReports, JetStreamScheduleTimers, type RegistryStore } from '#jetstream';
import { watchConnection } from '#nats';
import type { Writers } from './writers.js';

/** What a node does for config beside answering: makes scheduled changes in time, and counts who applied what. */
export interface NodeConfig {
  /** How the last change of a key is doing. */
  rollout(...at: Parameters<Rollouts['status']>): Rollout;
  onChange(key: string, record: ViewRecord): void;
  stop(): void;
}

/** The view must have been loaded; changes are handed in from then on. */
export async function startConfig(store: RegistryStore, { config }: Writers): Promise<NodeConfig> {
  const worker = config.worker(new JetStreamScheduleTimers(store), systemClock, store.log);
  const rollouts = config.rollouts(systemClock, store.log);
  const stopHearing = hearConfigReports(store, rollouts);
  await worker.start();
  // A broker that comes back may have lost timers that were set a moment before.
  const stopWatching = watchConnection(store.connection, { onReconnect: () => worker.armAll() });
  return {
    rollout: (at) => rollouts.status(at),
    onChange: (key, record) => {
      worker.onChange(key);
      rollouts.onChange(key, record);
    },
    stop: () => {
      stopWatching();
      stopHearing();
      rollouts.stop();
      worker.stop();
    },
  };
}
