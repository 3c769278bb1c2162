import { randomUUID } from 'node:crypto';
import { HealthChecker, systemClock } from '#application';
import { NetworkProbe } from '#health';
import { ElectionReplicas, type Projection, type RegistryStore } from '#jetstream';

/** Health checks of one process. */
export interface NodeHealthChecker {
  readonly onChange: HealthChecker['onChange'];
  stop(): void;
}

/** Starts to look after the instances that fall to this replica. The view must have been loaded. */
export function startHealthChecker(
  store: RegistryStore,
  projection: Projection,
  observer: string,
): NodeHealthChecker {
  const replicas = new ElectionReplicas(store, 'watchman', observer);
  const checker = new HealthChecker({
    journal: store.journal,
    table: projection.table,
    probe: new NetworkProbe(),
    replicas,
    clock: systemClock,
    identity: { newId: randomUUID, nowIso: () => new Date().toISOString() },
    observer,
    log: store.log,
    random: Math.random,
  });
  checker.start();
  return {
    onChange: (key, record) => checker.onChange(key, record),
    stop: () => {
      checker.stop();
      replicas.close();
    },
  };
}
