import { Counter, Histogram } from './counting.js';
import { EXPOSITION_TYPE, expositionOf, type MetricFamily } from './exposition.js';
import { ProcessMetrics } from './process-metrics.js';

/** What is looked up when somebody asks for the metrics, and not before. */
export interface MetricSources {
  /** How many instances of which namespace are in which status. */
  instances(): Iterable<{ readonly namespace: string; readonly status: string; readonly count: number }>;
  /** How many instances of each service callers are sent to first. */
  preferred(): Iterable<{ readonly namespace: string; readonly service: string; readonly count: number }>;
  /** Undefined while it is not known. */
  standing(): Promise<Standing | undefined>;
  watchers(): number;
}

/** Where a node stands. */
export interface Standing {
  readonly position: number;
  /** Sequence of the newest event in the journal. */
  readonly journalEnd: number;
  readonly staleMs: number;
  readonly isLeading: boolean;
  /** Events set aside since the registry was founded. */
  readonly quarantined: number;
  /** Leases that are alive at the broker. */
  readonly leases: number;
}

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route, not the path: `/v1/namespaces/:namespace/services`. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

const REQUEST_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** What a node tells about itself, in Prometheus' words. */
export class Metrics {
  readonly contentType = EXPOSITION_TYPE;
  readonly #events = new Counter(
    'rollcall_events_total',
    'Journal events this process folded while it led the projection: event, refused, rejected (not readable) or unknown (of a later version).',
    ['outcome', 'type'],
  );
  readonly #requests = new Histogram(
    'rollcall_http_request_seconds',
    'How long HTTP requests took, by route. A watch counts when it ends.',
    ['method', 'route', 'status'],
    REQUEST_BOUNDS,
  );
  readonly #dns = new Counter(
    'rollcall_dns_messages_total',
    'DNS messages answered, by response code, or dropped.',
    ['transport', 'rcode'],
  );
  readonly #process = new ProcessMetrics();

  constructor(private readonly sources: MetricSources) {}

  readonly onFolded = (outcome: string, type: string | undefined): void =>
    this.#events.inc(outcome, type ?? 'none');

  readonly onAnswered = ({ method, route, status, seconds }: AnsweredRequest): void =>
    this.#requests.observe(seconds, method, route, String(status));

  readonly onDnsAnswered = (transport: string, rcode: string): void => this.#dns.inc(transport, rcode);

  /** Everything, as text. */
  async text(): Promise<string> {
    const standing = await this.sources.standing();
    return expositionOf([
      ...this.#viewFamilies(),
      ...(standing === undefined ? [] : standingFamilies(standing)),
      this.#events.family(),
      this.#requests.family(),
      this.#dns.family(),
      ...this.#process.families(),
    ]);
  }

  #viewFamilies(): MetricFamily[] {
    const { sources } = this;
    const instances = [...sources.instances()].map(({ count, ...labels }) => ({ labels, value: count }));
    const preferred = [...sources.preferred()].map(({ count, ...labels }) => ({ labels, value: count }));
    return [
      gauge('rollcall_instances', 'Instances that are there, by status.', instances),
      gauge(
        'rollcall_service_preferred_instances',
        'Instances of a service that callers are sent to first.',
        preferred,
      ),
      gauge('rollcall_watchers', 'Watches that are open.', [{ value: sources.watchers() }]),
    ];
  }
}

function gauge(name: string, help: string, samples: MetricFamily['samples']): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

function standingFamilies(standing: Standing): MetricFamily[] {
  const { position, journalEnd, staleMs, isLeading, quarantined, leases } = standing;
  const one = (name: string, help: string, value: number): MetricFamily => gauge(name, help, [{ value }]);
  return [
    one('rollcall_view_position', 'Journal sequence this process reflects.', position),
    one('rollcall_journal_sequence', 'Sequence of the newest event in the journal.', journalEnd),
    one(
      'rollcall_projector_lag_events',
      'Events of the journal this process does not reflect yet.',
      Math.max(0, journalEnd - position),
    ),
    one(
      'rollcall_projector_lag_ms',
      'Time since the view was last heard of; its projector speaks at least once a second.',
      staleMs,
    ),
    one('rollcall_projector_leading', '1 while this process leads the projection.', Number(isLeading)),
    one(
      'rollcall_quarantined_events',
      'Events that could not be read or were refused, since the registry was founded.',
      quarantined,
    ),
    one('rollcall_leases', 'Leases that are alive.', leases),
  ];
}
