import { Reader } from '#application';
import { type Metrics, Readiness, type ServerLog, type Settings } from '#platform';
import { addNodeChecks, nodeMetrics, RegistryNode } from '#server';
import type { SqlKeeper } from '#sql';
import { addSqlCheck, sqlKeeper } from './keep-sql.js';

/** Everything this process is made of, whatever its roles. */
export interface RegistryParts {
  readonly node: RegistryNode;
  readonly readiness: Readiness;
  readonly reader: Reader;
  readonly metrics: Metrics;
  readonly sql: SqlKeeper | undefined;
}

/** The wiring: the node does what its roles say, and follows the view in any case. */
export async function registryParts(settings: Settings, log: ServerLog): Promise<RegistryParts> {
  const { roles } = settings;
  const sql = sqlKeeper(settings, log);
  const metrics = await nodeMetrics(() => node, sql === undefined ? {} : { sql: () => sql.standing });
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
  if (sql !== undefined) addSqlCheck(readiness, { node, keeper: sql, roles });
  return { node, readiness, metrics, sql, reader: new Reader(() => node.view) };
}
