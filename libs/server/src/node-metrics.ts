import type { InstanceView } from '#contracts';
import { isPresent, routability } from '#domain';
import { type Metrics, type MetricSources, openMetrics, type Standing } from '#platform';
import type { RegistryNode } from './registry-node.js';

/**
 * The metrics of a node that comes to be only afterwards: it is told of what the node does.
 * @param more what else this process does
 */
export function nodeMetrics(
  node: () => RegistryNode,
  more: Pick<MetricSources, 'sql'> = {},
): Promise<Metrics> {
  return openMetrics({
    ...more,
    instances: () => instancesByStatus(node()),
    preferred: () => preferredByService(node()),
    standing: () => standingOf(node()),
    watchers: () => node().feed.listenerCount,
  });
}

function* presentViews(node: RegistryNode): Iterable<InstanceView> {
  for (const { instances } of node.view?.table.services() ?? []) {
    for (const { entry } of instances.values()) if (isPresent(entry)) yield entry.record as InstanceView;
  }
}

function instancesByStatus(node: RegistryNode) {
  const counts = new Map<string, { namespace: string; status: string; count: number }>();
  for (const { namespace, status } of presentViews(node)) {
    const key = `${namespace} ${status}`;
    const held = counts.get(key) ?? { namespace, status, count: 0 };
    held.count += 1;
    counts.set(key, held);
  }
  return counts.values();
}

function preferredByService(node: RegistryNode) {
  const counts = new Map<string, { namespace: string; service: string; count: number }>();
  for (const view of presentViews(node)) {
    const { namespace, service } = view;
    const key = `${namespace} ${service}`;
    const held = counts.get(key) ?? { namespace, service, count: 0 };
    if (routability(view) === 'preferred') held.count += 1;
    counts.set(key, held);
  }
  return counts.values();
}

/** The broker is asked twice; without one, or one that does not answer, nothing is known. */
async function standingOf({ joined, disconnectedMs }: RegistryNode): Promise<Standing | undefined> {
  if (joined === undefined || disconnectedMs !== undefined) return undefined;
  const { store, projection } = joined;
  const { follower, projector } = projection;
  try {
    const [{ lastSequence }, leases] = await Promise.all([
      store.journal.ends(),
      store.manager.streams.info(store.streams.leases),
    ]);
    return {
      position: follower.position,
      journalEnd: lastSequence,
      staleMs: follower.staleMs,
      isLeading: projector.isLeading,
      quarantined: follower.quarantined,
      leases: leases.state.messages,
    };
  } catch {
    return undefined;
  }
}
