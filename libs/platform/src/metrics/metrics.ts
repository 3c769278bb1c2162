import type PromClient from 'prom-client';
import { liveHeapBytes, watchLiveHeap } from './live-heap.js';
import type { MetricSources, SqlTablesStanding, Standing } from './metric-sources.js';

/** One answered request. */
interface AnsweredRequest {
  readonly method: string;
  /** The route, not the path: `/v1/namespaces/:namespace/services`. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Upper ends of the buckets, in seconds. */
const REQUEST_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** What a node tells about itself, in Prometheus' words. */
export interface Metrics {
  readonly contentType: string;
  readonly onFolded: (outcome: string, type: string | undefined) => void;
  readonly onAnswered: (request: AnsweredRequest) => void;
  readonly onDnsAnswered: (transport: string, rcode: string) => void;
  /** Everything, as text. */
  text(): Promise<string>;
}

/**
 * Opens the metrics of one node, in a registry of their own. The library is loaded here and not above, because a
 * command line that only wants the settings must start quickly.
 */
export async function openMetrics(sources: MetricSources): Promise<Metrics> {
  const { default: prom } = await import('prom-client');
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  watchLiveHeap();
  const counters = countersIn(prom, registry);
  const gauges = gaugesIn(prom, registry);
  return {
    contentType: registry.contentType,
    onFolded: (outcome, type = 'none') => counters.events.inc({ outcome, type }),
    onAnswered: ({ method, route, status, seconds }) =>
      counters.requests.observe({ method, route, status }, seconds),
    onDnsAnswered: (transport, rcode) => counters.dns.inc({ transport, rcode }),
    text: async () => {
      const standing = await sources.standing();
      // Filled and read in one turn, so that two scrapes at once do not mix.
      fill(gauges, sources, standing);
      return registry.metrics();
    },
  };
}

function countersIn(prom: typeof PromClient, registry: PromClient.Registry) {
  const registers = [registry];
  return {
    events: new prom.Counter({
      name: 'rollcall_events_total',
      help: 'Journal events this process folded while it led the projection: event, refused, rejected (not readable) or unknown (of a later version).',
      labelNames: ['outcome', 'type'],
      registers,
    }),
    requests: new prom.Histogram({
      name: 'rollcall_http_request_seconds',
      help: 'How long HTTP requests took, by route. A watch counts when it ends.',
      labelNames: ['method', 'route', 'status'],
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    dns: new prom.Counter({
      name: 'rollcall_dns_messages_total',
      help: 'DNS messages answered, by response code, or dropped.',
      labelNames: ['transport', 'rcode'],
      registers,
    }),
  };
}

const gaugeHelp = {
  rollcall_heap_live_bytes:
    'Heap in use soon after the last full garbage collection: what the process holds, and little garbage.',
  rollcall_watchers: 'Watches that are open.',
  rollcall_view_position: 'Journal sequence this process reflects.',
  rollcall_journal_sequence: 'Sequence of the newest event in the journal.',
  rollcall_projector_lag_events: 'Events of the journal this process does not reflect yet.',
  rollcall_projector_lag_ms:
    'Time since the view was last heard of; its projector speaks at least once a second.',
  rollcall_projector_leading: '1 while this process leads the projection.',
  rollcall_quarantined_events:
    'Events that could not be read or were refused, since the registry was founded.',
  rollcall_leases: 'Leases that are alive.',
  rollcall_sql_position: 'Journal sequence the SQL tables reflect.',
  rollcall_sql_lag_events: 'Events of the journal the SQL tables do not reflect yet.',
  rollcall_sql_up: '1 while the SQL database takes what is written.',
} as const;
type GaugeName = keyof typeof gaugeHelp;

function gaugesIn(prom: typeof PromClient, registry: PromClient.Registry) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new prom.Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const single = Object.entries(gaugeHelp).map(([name, help]) => [name, gauge(name, help, [])]);
  return {
    instances: gauge('rollcall_instances', 'Instances that are there, by status.', ['namespace', 'status']),
    preferred: gauge(
      'rollcall_service_preferred_instances',
      'Instances of a service that callers are sent to first.',
      ['namespace', 'service'],
    ),
    single: Object.fromEntries(single) as Record<GaugeName, PromClient.Gauge>,
  };
}

function fill(
  { instances, preferred, single }: ReturnType<typeof gaugesIn>,
  sources: MetricSources,
  standing: Standing | undefined,
): void {
  // What is gone since the last look must not be told any more.
  instances.reset();
  for (const { count, ...labels } of sources.instances()) instances.set(labels, count);
  preferred.reset();
  for (const { count, ...labels } of sources.preferred()) preferred.set(labels, count);
  const liveHeap = liveHeapBytes();
  const values: Partial<Record<GaugeName, number>> = {
    rollcall_watchers: sources.watchers(),
    ...(liveHeap === undefined ? {} : { rollcall_heap_live_bytes: liveHeap }),
    ...(standing === undefined ? {} : standingValues(standing)),
    ...sqlValues(sources.sql?.(), standing),
  };
  for (const [name, gauge] of Object.entries(single) as [GaugeName, PromClient.Gauge][]) {
    const value = values[name];
    // What is not known is left out: a zero would be a lie.
    if (value === undefined) gauge.remove();
    else gauge.set(value);
  }
}

function sqlValues(
  tables: SqlTablesStanding | undefined,
  standing: Standing | undefined,
): Partial<Record<GaugeName, number>> {
  if (tables === undefined) return {};
  const { position, trouble } = tables;
  return {
    rollcall_sql_position: position,
    rollcall_sql_up: Number(trouble === undefined),
    ...(standing === undefined
      ? {}
      : { rollcall_sql_lag_events: Math.max(0, standing.journalEnd - position) }),
  };
}

function standingValues(standing: Standing): Partial<Record<GaugeName, number>> {
  const { position, journalEnd, staleMs, isLeading, quarantined, leases } = standing;
  return {
    rollcall_view_position: position,
    rollcall_journal_sequence: journalEnd,
    rollcall_projector_lag_events: Math.max(0, journalEnd - position),
    rollcall_projector_lag_ms: staleMs,
    rollcall_projector_leading: Number(isLeading),
    rollcall_quarantined_events: quarantined,
    rollcall_leases: leases,
  };
}
