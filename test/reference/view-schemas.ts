import {
  type Cause,
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
    objectOf(verdictFields, Object.keys(verdictFields)),
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
    'Sums by "<namespace>/<service>": services touched since the last beacon, and a share of the others.',
  ),
  total: sum,
  quarantined: said(whole, 'Events set aside so far.'),
};

export const positionRecord = objectOf(positionFields, Object.keys(positionFields));

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
  config: said({ type: 'object', additionalProperties: whole }, 'Config revision applied, by application.'),
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
