import type { Endpoint, InstanceView } from '#contracts';

/** One entry of Prometheus' HTTP service discovery: nothing else may stand in it. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const META = '__meta_rollcall_';

/**
 * The endpoints of instances as scrape targets, one group each.
 * @param endpointName only endpoints of this name; `*` for every http and https endpoint
 */
export function targetGroups(views: readonly InstanceView[], endpointName: string): TargetGroup[] {
  return views.flatMap((view) =>
    view.endpoints
      .filter((endpoint) => (endpointName === '*' ? isHttp(endpoint) : endpoint.name === endpointName))
      .flatMap((endpoint) => groupOf(view, endpoint)),
  );
}

function isHttp({ protocol }: Endpoint): boolean {
  return protocol === 'http' || protocol === 'https';
}

function groupOf(view: InstanceView, endpoint: Endpoint): TargetGroup[] {
  const { address, port, path, protocol } = endpoint;
  if (address === undefined || port === undefined) return [];
  const host = address.includes(':') ? `[${address}]` : address;
  const labels = {
    ...metaLabels(view, endpoint),
    // What Prometheus itself reads: an endpoint that says where its metrics are need not be told twice.
    ...(path === undefined || path === '' || path === '/' ? {} : { __metrics_path__: path }),
    ...(protocol === 'https' ? { __scheme__: 'https' } : {}),
  };
  return [{ targets: [`${host}:${port}`], labels }];
}

function metaLabels(view: InstanceView, endpoint: Endpoint): Record<string, string> {
  const labels: Record<string, string> = {};
  const facts: Record<string, string | undefined> = {
    namespace: view.namespace,
    service: view.service,
    instance: view.instance,
    version: view.version,
    status: view.status,
    zone: view.zone,
    region: view.region,
    endpoint: endpoint.name,
    protocol: endpoint.protocol,
    // As Consul's does: with a separator at both ends, so that a rule can look for ",canary,".
    ...(view.tags.length === 0 ? {} : { tags: `,${view.tags.join(',')},` }),
  };
  for (const [name, value] of Object.entries(facts)) if (value !== undefined) labels[META + name] = value;
  for (const [key, value] of Object.entries(view.metadata))
    labels[`${META}metadata_${labelName(key)}`] = value;
  return labels;
}

/** Label names have letters, digits and underscores. */
function labelName(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_]/g, '_');
}
