import { RollcallError } from './errors/rollcall-error.js';
import { CONFIG_KEY_PATTERN, isName, quote, SHARED_APPLICATION } from './names.js';

/** One aggregate: what one class of writer says about one thing. One aggregate has one subject. */
export type AggregateId = InstanceAggregateId | ServiceAggregateId | ConfigAggregateId;

/** `instance` is written by the service, `override` by operators, `verdict` by the watchman. */
export interface InstanceAggregateId {
  readonly kind: 'instance' | 'override' | 'verdict';
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}

/** `service` holds policy; `protection` is the mass-expiry protection of that service. */
export interface ServiceAggregateId {
  readonly kind: 'service' | 'protection';
  readonly namespace: string;
  readonly service: string;
}

export interface ConfigAggregateId {
  readonly kind: 'config';
  readonly namespace: string;
  readonly application: string;
  readonly key: string;
}

/** One incarnation, as heartbeats and probes address it. */
export interface IncarnationId {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
  readonly incarnation: number;
}

const instanceKinds = new Set<string>(['instance', 'override', 'verdict']);
const serviceKinds = new Set<string>(['service', 'protection']);

/**
 * The key of an aggregate: the part that its journal subject, its view key and its discovery subject share,
 * e.g. `default.instance.orders.orders-1`. In a config key `.` is written `/`, because a dot parts tokens.
 */
export function aggregateKey(id: AggregateId): string {
  if ('instance' in id) return `${id.namespace}.${id.kind}.${id.service}.${id.instance}`;
  if ('service' in id) return `${id.namespace}.${id.kind}.${id.service}`;
  return `${id.namespace}.config.${id.application}.${id.key.replaceAll('.', '/')}`;
}

/** How many parsed keys are remembered. A journal has many events and few keys. */
const PARSED_KEYS_MAX = 65_536;
const parsedKeys = new Map<string, AggregateId>();

/** The aggregate behind a key, or undefined when the key is none of ours. The same key gives the same object. */
export function parseAggregateKey(key: string): AggregateId | undefined {
  const known = parsedKeys.get(key);
  if (known !== undefined) return known;
  const parsed = parseKey(key);
  if (parsed === undefined) return undefined;
  if (parsedKeys.size >= PARSED_KEYS_MAX) parsedKeys.clear();
  parsedKeys.set(key, Object.freeze(parsed));
  return parsed;
}

function parseKey(key: string): AggregateId | undefined {
  const tokens = key.split('.');
  const [namespace, kind, first, second] = tokens as [string, string, string, string];
  if (!isName(namespace) || kind === undefined || first === undefined) return undefined;
  if (serviceKinds.has(kind)) {
    if (tokens.length !== 3 || !isName(first)) return undefined;
    return { kind: kind as ServiceAggregateId['kind'], namespace, service: first };
  }
  if (tokens.length !== 4 || second === undefined) return undefined;
  if (instanceKinds.has(kind)) {
    if (!isName(first) || !isName(second)) return undefined;
    return { kind: kind as InstanceAggregateId['kind'], namespace, service: first, instance: second };
  }
  return kind === 'config' ? parseConfig(namespace, first, second) : undefined;
}

function parseConfig(namespace: string, application: string, token: string): ConfigAggregateId | undefined {
  const key = token.replaceAll('/', '.');
  const known = isName(application) || application === SHARED_APPLICATION;
  return known && CONFIG_KEY_PATTERN.test(key) ? { kind: 'config', namespace, application, key } : undefined;
}

/** Where in the contract a subject stands. */
export interface Subjects {
  /** Prefix of every subject, with its dot, or ''. */
  readonly prefix: string;
  readonly journalAll: string;
  readonly heartbeatAll: string;
  readonly discoveryAll: string;
  /** Position beacon of the view: `discovery.v1._position`. */
  readonly position: string;
  journal(id: AggregateId): string;
  discovery(id: AggregateId): string;
  heartbeat(id: IncarnationId): string;
  probe(id: IncarnationId): string;
  /** Where a consumer says that its call failed. */
  report(id: IncarnationId): string;
  readonly reportAll: string;
  /** Where snapshots of the view are stored: `snapshot.v1.` and more. */
  readonly snapshots: string;
  parseReport(subject: string): IncarnationId | undefined;
  /** Acknowledged writes for clients without an SDK: `rollcall.v1.command.<name>`. */
  command(name: string): string;
  query(name: string): string;
  /** Key part of a journal subject, or undefined when it is not one. */
  journalKey(subject: string): string | undefined;
  discoveryKey(subject: string): string | undefined;
  parseJournal(subject: string): AggregateId | undefined;
  parseHeartbeat(subject: string): IncarnationId | undefined;
}

const PREFIX_PATTERN = /^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$/;

/**
 * Builds and parses every subject of the contract.
 * @param prefix a name that keeps this registry apart from another one on the same broker; '' for none
 */
export function createSubjects(prefix = ''): Subjects {
  if (prefix !== '' && !PREFIX_PATTERN.test(prefix)) {
    throw new RollcallError('ROLLCALL_NAME_INVALID', `prefix ${quote(prefix)} is not a lower-case name`);
  }
  const lead = prefix === '' ? '' : `${prefix}.`;
  const journal = `${lead}registry.v1.`;
  const discovery = `${lead}discovery.v1.`;
  const heartbeat = `${lead}heartbeat.v1.`;
  const report = `${lead}report.v1.`;
  const keyAfter = (start: string, subject: string): string | undefined =>
    subject.startsWith(start) ? subject.slice(start.length) : undefined;
  return {
    prefix: lead,
    journalAll: `${journal}>`,
    heartbeatAll: `${heartbeat}>`,
    discoveryAll: `${discovery}>`,
    position: `${discovery}_position`,
    journal: (id) => journal + aggregateKey(id),
    discovery: (id) => discovery + aggregateKey(id),
    heartbeat: (id) => heartbeat + incarnationKey(id),
    probe: (id) => `${lead}probe.v1.${incarnationKey(id)}`,
    report: (id) => report + incarnationKey(id),
    reportAll: `${report}>`,
    snapshots: `${lead}snapshot.v1.`,
    parseReport: (subject) => {
      const key = keyAfter(report, subject);
      return key === undefined ? undefined : parseIncarnationKey(key);
    },
    command: (name) => `${lead}rollcall.v1.command.${name}`,
    query: (name) => `${lead}rollcall.v1.query.${name}`,
    journalKey: (subject) => keyAfter(journal, subject),
    discoveryKey: (subject) => keyAfter(discovery, subject),
    parseJournal: (subject) => {
      const key = keyAfter(journal, subject);
      return key === undefined ? undefined : parseAggregateKey(key);
    },
    parseHeartbeat: (subject) => {
      const key = keyAfter(heartbeat, subject);
      return key === undefined ? undefined : parseIncarnationKey(key);
    },
  };
}

export function incarnationKey(id: IncarnationId): string {
  return `${id.namespace}.${id.service}.${id.instance}.${id.incarnation}`;
}

export function parseIncarnationKey(key: string): IncarnationId | undefined {
  const tokens = key.split('.');
  const [namespace, service, instance, number] = tokens;
  if (tokens.length !== 4 || !isName(namespace) || !isName(service) || !isName(instance)) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(number ?? '')) return undefined;
  const incarnation = Number(number);
  return Number.isSafeInteger(incarnation) ? { namespace, service, instance, incarnation } : undefined;
}

/** Names of the streams and buckets of one registry. */
export interface StreamNames {
  readonly journal: string;
  readonly heartbeats: string;
  readonly leases: string;
  readonly election: string;
  readonly snapshots: string;
  readonly view: string;
  /** Subject prefix of the view's keys: `$KV.registry.` */
  readonly viewSubjects: string;
}

export function createStreamNames(prefix = ''): StreamNames {
  const upper = prefix === '' ? '' : `${prefix.toUpperCase()}_`;
  const bucket = prefix === '' ? 'registry' : `${prefix}_registry`;
  return {
    journal: `${upper}REGISTRY`,
    heartbeats: `${upper}HEARTBEATS`,
    leases: `${upper}LEASES`,
    election: `${upper}ELECTION`,
    snapshots: `${upper}SNAPSHOTS`,
    view: `KV_${bucket}`,
    viewSubjects: `$KV.${bucket}.`,
  };
}
