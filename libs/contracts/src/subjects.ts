import {
  type AggregateId,
  aggregateKey,
  type ConfigScheduleAggregateId,
  parseAggregateKey,
  type CallerId,
} from './aggregates.js';
import { RollcallError } from './errors/rollcall-error.js';
import { APPLICATION_PATTERN } from './config/words.js';
import { isName, quote } from './names.js';

/** One incarnation, as heartbeats and probes address it. */
export interface IncarnationId {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
  readonly incarnation: number;
}

/** An instance, as it reports the config of an application. */
export interface ConfigReporterId {
  readonly namespace: string;
  readonly application: string;
  readonly instance: string;
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
  /** Hashes of the journal's events, and signatures for them. */
  readonly auditBlock: string;
  readonly auditCheckpoint: string;
  /** Where snapshots of the view are stored: `snapshot.v1.` and more. */
  readonly snapshots: string;
  parseReport(subject: string): IncarnationId | undefined;
  /** Where an instance says which config it applied and which it would not take. */
  configApplied(id: ConfigReporterId): string;
  readonly configAppliedAll: string;
  parseConfigApplied(subject: string): ConfigReporterId | undefined;
  /** The broker's timer of a scheduled change. */
  schedule(id: ConfigScheduleAggregateId): string;
  readonly scheduleAll: string;
  /** Where the broker says that its time has come. */
  due(id: ConfigScheduleAggregateId): string;
  readonly dueAll: string;
  parseDue(subject: string): ConfigScheduleAggregateId | undefined;
  /** Where a process tells whom it called, how often and how well: `calls.v1.<ns>.<service>.<instance>`. */
  calls(caller: CallerId): string;
  readonly callsAll: string;
  parseCalls(subject: string): CallerId | undefined;
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
  const calls = `${lead}calls.v1.`;
  const configApplied = `${lead}rollcall.v1.config-applied.`;
  const schedule = `${lead}schedule.v1.`;
  const due = `${lead}due.v1.`;
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
    auditBlock: `${lead}audit.v1.block`,
    auditCheckpoint: `${lead}audit.v1.checkpoint`,
    snapshots: `${lead}snapshot.v1.`,
    parseReport: (subject) => {
      const key = keyAfter(report, subject);
      return key === undefined ? undefined : parseIncarnationKey(key);
    },
    configApplied: (id) => `${configApplied}${id.namespace}.${id.application}.${id.instance}`,
    configAppliedAll: `${configApplied}>`,
    parseConfigApplied: (subject) => {
      const key = keyAfter(configApplied, subject);
      return key === undefined ? undefined : parseReporterKey(key);
    },
    schedule: (id) => schedule + timerKey(id),
    scheduleAll: `${schedule}>`,
    due: (id) => due + timerKey(id),
    dueAll: `${due}>`,
    parseDue: (subject) => {
      const key = keyAfter(due, subject);
      return key === undefined ? undefined : parseTimerKey(key);
    },
    calls: ({ namespace, service, instance }) => `${calls}${namespace}.${service}.${instance}`,
    callsAll: `${calls}>`,
    parseCalls: (subject) => {
      const key = keyAfter(calls, subject);
      return key === undefined ? undefined : parseCaller(key);
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

function parseReporterKey(key: string): ConfigReporterId | undefined {
  const tokens = key.split('.');
  const [namespace, application, instance] = tokens as [string, string, string];
  const isOurs =
    tokens.length === 3 && isName(namespace) && APPLICATION_PATTERN.test(application) && isName(instance);
  return isOurs ? { namespace, application, instance } : undefined;
}

function timerKey({ namespace, application, schedule }: ConfigScheduleAggregateId): string {
  return `${namespace}.${application}.${schedule}`;
}

function parseTimerKey(key: string): ConfigScheduleAggregateId | undefined {
  const parsed = parseReporterKey(key);
  if (parsed === undefined) return undefined;
  const { instance: schedule, ...place } = parsed;
  return { kind: 'config-schedule', ...place, schedule };
}

/**
 * The key of an incarnation, e.g. `default.orders.orders-1.3`. Joined, not a template: that would be a tree of its parts
 * in V8, of more than twice the size wherever the key is kept, and slower to look up.
 */
export function incarnationKey({ namespace, service, instance, incarnation }: IncarnationId): string {
  return [namespace, service, instance, incarnation].join('.');
}

function parseCaller(key: string): CallerId | undefined {
  const [namespace, service, instance, ...more] = key.split('.');
  const isCaller = isName(namespace) && isName(service) && isName(instance) && more.length === 0;
  return isCaller ? { namespace, service, instance } : undefined;
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
  readonly audit: string;
  readonly view: string;
  /** Timers of scheduled changes. */
  readonly schedules: string;
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
    audit: `${upper}AUDIT`,
    view: `KV_${bucket}`,
    schedules: `${upper}SCHEDULES`,
    viewSubjects: `$KV.${bucket}.`,
  };
}
