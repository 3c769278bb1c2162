import {
  type Endpoint,
  type Evidence,
  type HealthCheck,
  type InstanceRecord,
  limits,
  sharedText,
} from '#contracts';

/** A record with its defaults filled in. */
export type NormalRecord = InstanceRecord & Required<Pick<InstanceRecord, 'weight' | 'tags' | 'metadata'>>;

/**
 * Known fields only, in one order, defaults filled in. A record is a stranger's JSON: a field this version
 * does not know must not reach the view, where it could pass for one of the view's own. Texts that many records say are
 * kept once.
 */
export function normalizeInstance(record: InstanceRecord): NormalRecord {
  const normal: NormalRecord = {
    namespace: record.namespace,
    service: sharedText(record.service),
    instance: record.instance,
    incarnation: record.incarnation,
    version: record.version,
    status: record.status,
    endpoints: normalizeEndpoints(record.endpoints),
    weight: record.weight ?? limits.weightDefault,
    tags: record.tags?.map(sharedText) ?? [],
    metadata: sharedValues(record.metadata ?? {}),
    leaseMs: record.leaseMs,
  };
  if (record.zone !== undefined) normal.zone = record.zone;
  if (record.region !== undefined) normal.region = record.region;
  if (record.heartbeatMs !== undefined) normal.heartbeatMs = record.heartbeatMs;
  if (record.healthCheck !== undefined) normal.healthCheck = normalizeHealthCheck(record.healthCheck);
  if (record.startedAt !== undefined) normal.startedAt = record.startedAt;
  return normal;
}

function sharedValues(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const shared: Record<string, string> = {};
  for (const key of Object.keys(metadata)) shared[key] = sharedText(metadata[key] as string);
  return shared;
}

/** All endpoints of an instance are mostly on one host. */
function normalizeEndpoints(endpoints: readonly Endpoint[]): Endpoint[] {
  const address = endpoints[0]?.address;
  return endpoints.map((endpoint) =>
    normalizeEndpoint(endpoint, endpoint.address === address ? address : endpoint.address),
  );
}

function normalizeEndpoint(endpoint: Endpoint, address: string | undefined): Endpoint {
  const normal: Endpoint = { name: endpoint.name, protocol: endpoint.protocol };
  if (address !== undefined) normal.address = address;
  if (endpoint.port !== undefined) normal.port = endpoint.port;
  if (endpoint.path !== undefined) normal.path = endpoint.path;
  if (endpoint.subject !== undefined) normal.subject = endpoint.subject;
  return normal;
}

function normalizeHealthCheck(check: HealthCheck): HealthCheck {
  const normal: HealthCheck = { kind: check.kind, endpoint: check.endpoint };
  if (check.path !== undefined) normal.path = check.path;
  if (check.intervalMs !== undefined) normal.intervalMs = check.intervalMs;
  if (check.timeoutMs !== undefined) normal.timeoutMs = check.timeoutMs;
  if (check.successThreshold !== undefined) normal.successThreshold = check.successThreshold;
  if (check.failureThreshold !== undefined) normal.failureThreshold = check.failureThreshold;
  return normal;
}

export function normalizeEvidence(evidence: Evidence): Evidence {
  const normal: Evidence = { signal: evidence.signal };
  if (evidence.observer !== undefined) normal.observer = evidence.observer;
  if (evidence.detail !== undefined) normal.detail = evidence.detail;
  if (evidence.lastHeartbeatAt !== undefined) normal.lastHeartbeatAt = evidence.lastHeartbeatAt;
  if (evidence.probesUnanswered !== undefined) normal.probesUnanswered = evidence.probesUnanswered;
  return normal;
}
