import {
  type Cause,
  type ConfigDeparture,
  type ConfigRejection,
  type ConfigReport,
  type FailedCallReport,
  type HeartbeatBody,
  type InstanceView,
  limits,
  type OverrideView,
  type PositionRecord,
  type ProbeAnswer,
  type ProtectionView,
  recordSchemas,
  type ServiceView,
  statuses,
  type VerdictView,
  type ViewRecord,
} from '#contracts';
import { objectOf, said, type Schema, text, time, whole } from './schema.js';

/**
 * Schemas of what the registry tells and hears beside records. Each is typed by the interface it describes, so
 * that a field added there must be described here; a test holds them against what the fold really yields.
 */
type FieldsOf<Described> = Readonly<Record<keyof Required<Described>, Schema>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

const instance = recordSchemas.instance as ObjectSchema;
const override = recordSchemas.override as ObjectSchema;
const verdict = recordSchemas.verdict as ObjectSchema;
const field = (record: ObjectSchema, name: string): Schema => record.properties[name] as Schema;
const sequence = said(whole, 'Journal sequence.');
const brokerTime = said(time, 'Time by the clock of the broker.');
const ownClock = said(time, "Time by the sender's own clock. For people; no rule depends on it.");

const overrideFields: FieldsOf<OverrideView> = {
  sequence,
  at: brokerTime,
  status: field(override, 'status'),
  weight: field(override, 'weight'),
  evictedIncarnation: field(override, 'evictedIncarnation'),
  actor: text,
  reason: text,
};

const verdictFields: FieldsOf<VerdictView> = {
  sequence,
  at: brokerTime,
  incarnation: field(verdict, 'incarnation'),
  registeredSequence: field(verdict, 'registeredSequence'),
  state: field(verdict, 'state'),
  evidence: field(verdict, 'evidence'),
};

const instanceFields: FieldsOf<InstanceView> = {
  namespace: field(instance, 'namespace'),
  service: field(instance, 'service'),
  instance: field(instance, 'instance'),
  incarnation: said(whole, '0 while nobody has registered it and an operator laid an override in advance.'),
  version: field(instance, 'version'),
  status: said({ type: 'string', enum: [...statuses, 'suspect'] }, 'The status to act on.'),
  endpoints: field(instance, 'endpoints'),
  zone: field(instance, 'zone'),
  region: field(instance, 'region'),
  weight: said(field(instance, 'weight'), 'The weight to act on.'),
  tags: field(instance, 'tags'),
  metadata: field(instance, 'metadata'),
  leaseMs: field(instance, 'leaseMs'),
  heartbeatMs: field(instance, 'heartbeatMs'),
  healthCheck: field(instance, 'healthCheck'),
  startedAt: field(instance, 'startedAt'),
  reported: said(
    objectOf({ status: field(instance, 'status'), weight: field(instance, 'weight') }, []),
    'What the service said itself, where it differs from status and weight.',
  ),
  override: said(objectOf(overrideFields, ['sequence', 'at']), 'What operators laid over the instance.'),
  verdict: said(
    objectOf(
      verdictFields,
      Object.keys(verdictFields).filter((name) => name !== 'registeredSequence'),
    ),
    'What the watchman last found about the present registration.',
  ),
  departure: said(
    { type: 'string', enum: ['deregistered', 'expired', 'evicted', 'unregistered'] },
    'Why the instance is not there; absent while it is.',
  ),
  left: said({ const: true }, 'The service itself said good-bye.'),
  registeredSequence: said(whole, 'Sequence of the registration this incarnation began with.'),
  registeredAt: said(text, 'Broker time of that registration; empty while nobody has registered it.'),
  revision: said(whole, 'Sequence of the last event the service wrote: what a compare-and-set expects.'),
};

const mayBeAbsent = new Set([
  'zone',
  'region',
  'heartbeatMs',
  'healthCheck',
  'startedAt',
  'reported',
  'override',
  'verdict',
  'departure',
  'left',
]);

export const instanceView: Schema = objectOf(
  instanceFields,
  Object.keys(instanceFields).filter((name) => !mayBeAbsent.has(name)),
);

/** A record as it was written, with its place in the journal. */
function withRevision(kind: 'service' | 'protection'): Schema {
  const record = recordSchemas[kind] as ObjectSchema;
  const properties: FieldsOf<Pick<ServiceView | ProtectionView, 'revision'>> = { revision: sequence };
  return objectOf({ ...record.properties, ...properties }, [...record.required, 'revision']);
}

const departures: Readonly<Record<ConfigDeparture, string>> = {
  deleted: 'the key',
  removed: 'an override or schema',
  completed: 'a gray release',
  withdrawn: 'a gray release',
  stopped: 'a gray release',
  cancelled: 'a schedule',
  skipped: 'a schedule',
  applied: 'a schedule',
};

/** A record of config as it was written, with its place in the journal, and why it is not in force any more. */
function configViewOf(kind: ConfigKind): Schema {
  const record = recordSchemas[kind] as ObjectSchema;
  const { deleted: _deleted, removed: _removed, ...properties } = record.properties;
  const departure = said(
    { type: 'string', enum: Object.keys(departures) },
    'Why it is not in force any more; absent while it is.',
  );
  return objectOf({ ...properties, revision: sequence, departure }, [...record.required, 'revision']);
}

const configKinds = [
  'config',
  'config-override',
  'config-schema',
  'config-gray',
  'config-schedule',
  'config-rollout',
] as const;
type ConfigKind = (typeof configKinds)[number];

export const configViews = Object.fromEntries(
  configKinds.map((kind) => [kind, configViewOf(kind)]),
) as Readonly<Record<ConfigKind, Schema>>;

export const serviceView = withRevision('service');
export const protectionView = withRevision('protection');

const causeFields: FieldsOf<Cause> = { id: text, type: text, actor: text, reason: text, traceparent: text };

/** One key of the view, and the message on its discovery subject. */
export function viewRecordOf(record: Schema): Schema {
  const fields: FieldsOf<ViewRecord> = {
    change: { type: 'string', enum: ['added', 'updated', 'removed'] },
    sequence: said(whole, 'Journal sequence of the event that led here.'),
    at: brokerTime,
    cause: said(objectOf(causeFields, ['id', 'type']), 'The event that led here.'),
    changed: said({ type: 'array', items: text }, 'Paths of the fields that differ from the record before.'),
    record,
  };
  return objectOf(fields, Object.keys(fields));
}

const sum: Schema = said(
  { type: 'array', items: whole, minItems: 2, maxItems: 2 },
  'Count and checksum of what is present: the sum modulo 2^48 of the 32-bit FNV-1a hashes of "<key>:<sequence>".',
);

const positionFields: FieldsOf<PositionRecord> = {
  position: said(whole, 'Every journal event up to this sequence is reflected in the view.'),
  at: brokerTime,
  services: said(
    { type: 'object', additionalProperties: sum },
    'Sums by "<namespace>/<service>", and by "<namespace>/config:<application>" of values, overrides and gray releases: what was touched since the last beacon, and a share of the rest.',
  ),
  total: sum,
  quarantined: said(whole, 'Events set aside so far.'),
  journal: said(
    objectOf({ sequence: whole, at: brokerTime }, ['sequence', 'at']),
    'The last event that was read: by it the same journal is known again.',
  ),
  epoch: said(
    whole,
    'How often the view was made anew from another journal; when it changes, sequences go back: load everything again.',
  ),
};

const alwaysThere = Object.keys(positionFields).filter((name) => name !== 'journal' && name !== 'epoch');

export const positionRecord = objectOf(positionFields, alwaysThere);

const rejectionFields: FieldsOf<ConfigRejection> = {
  key: text,
  revision: said(whole, 'The revision it would not take.'),
  reason: said(text, 'Why, without the value.'),
};
const rejectionNames = Object.keys(rejectionFields);

const configReportFields: FieldsOf<ConfigReport> = {
  service: said(text, 'The service it is an instance of.'),
  incarnation: whole,
  revision: said(whole, 'Config events of the application up to here are applied, or among the rejections.'),
  rejected: said(
    {
      type: 'array',
      maxItems: limits.reportRejectionsMax,
      items: objectOf(rejectionFields, rejectionNames),
    },
    'Values it would not take and that still stand, the newest first.',
  ),
};

export const configReport = objectOf(configReportFields, ['revision', 'rejected']);

const heartbeatFields: FieldsOf<HeartbeatBody> = {
  at: ownClock,
  connection: said(
    objectOf({ serverId: text, clientId: whole }, ['serverId', 'clientId']),
    'The connection the beat came over, as the broker named it.',
  ),
  eventLoopLagMs: said(
    { type: 'number', minimum: 0 },
    "Longest delay of the process's event loop since the last beat.",
  ),
  position: said(whole, "Journal sequence the instance's own view has come to."),
  callsInFlight: whole,
  config: said(
    { type: 'object', additionalProperties: whole },
    'By application, the newest config revision it has dealt with: applied, or rejected as below.',
  ),
  configRejected: said(
    {
      type: 'array',
      maxItems: limits.reportRejectionsMax,
      items: objectOf({ application: text, ...rejectionFields }, ['application', ...rejectionNames]),
    },
    'Config values it would not take and that still stand.',
  ),
};

export const heartbeatBody = said(
  objectOf(heartbeatFields, []),
  `All fields may be absent, and so may the body: a beat that cannot be read is still a beat. At most ${limits.heartbeatBytesMax} bytes.`,
);

const probeFields: FieldsOf<ProbeAnswer> = {
  incarnation: field(instance, 'incarnation'),
  at: ownClock,
  eventLoopLagMs: { type: 'number', minimum: 0 },
};

export const probeAnswer = objectOf(probeFields, ['incarnation']);

const reportFields: FieldsOf<FailedCallReport> = { reporter: text, detail: text };

export const failedCallReport = objectOf(reportFields, []);
