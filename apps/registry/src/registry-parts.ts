import { Reader } from '#application';
import { type Metrics, Readiness, type ServerLog, type Settings } from '#platform';
import { addNodeChecks, nodeMetrics, RegistryNode } from '#server';

/** Everything this process is made of, whatever its roles. */
export interface RegistryParts {
  readonly node: RegistryNode;
  readonly readiness: Readiness;
  readonly reader: Reader;
  readonly metrics: Metrics;
}

/** The wiring: the node does what its roles say, and follows the view in any case. */
export async function registryParts(settings: Settings, log: ServerLog): Promise<RegistryParts> {
  const { roles } = settings;
  const metrics = await nodeMetrics(() => node);
  const { onFolded } = metrics;
  const node: RegistryNode = new RegistryNode({
    name: 'rollcall-registry',
    settings,
    log,
    projects: roles.has('projector'),
    watches: roles.has('watchman'),
    answers: roles.has('api'),
    onFolded,
  });
  const readiness = new Readiness();
  addNodeChecks(readiness, node);
  return { node, readiness, metrics, reader: new Reader(() => node.view) };
}
