import { errorCatalogue, limits, recordSchemas } from '#contracts';
import type { NamespaceSummary, Registered, Renewal, ServiceSummary, TimelineLine } from '#application';
import { callAnswers } from './openapi-calls.js';
import { undoAnswers } from './openapi-undo.js';
import type { AvailabilitySum, InstanceAvailability } from '#domain';
import { configAnswers } from './config-answers.js';
import { listOf, objectOf, said, type Schema, text, time, whole } from './schema.js';
import { instanceView, serviceView } from './view-schemas.js';

/** Schemas of what the registry is asked and answers, over HTTP and over NATS; typed by what they describe. */
type FieldsOf<Described> = Readonly<Record<keyof Required<Described>, Schema>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

const sequence = said(whole, 'Journal sequence.');
const without = ({ properties, required }: ObjectSchema, ...names: readonly string[]): Schema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))),
  required: required.filter((name) => !names.includes(name)),
  additionalProperties: false,
});

const record = recordSchemas.instance as ObjectSchema;
const names = ['namespace', 'service', 'instance'] as const;

const registration = without(record, 'incarnation', ...names);
const change = without(record, 'incarnation', 'startedAt', ...names);

const namespaceFields: FieldsOf<NamespaceSummary> = { namespace: text, services: whole, instances: whole };
const serviceFields: FieldsOf<ServiceSummary> = {
  service: text,
  instances: said(whole, 'Instances that are there, whatever their status.'),
  statuses: said({ type: 'object', additionalProperties: whole }, 'How many of them say what.'),
  versions: listOf(text),
  policy: serviceView,
};
const registeredFields: FieldsOf<Registered> = {
  sequence: said(whole, 'Journal sequence it was stored at; demand it of a read with atLeast.'),
  incarnation: said(whole, 'This start of the instance, counted from 1.'),
};
const renewalFields: FieldsOf<Renewal> = {
  incarnation: whole,
  renewWithinMs: said(whole, 'Renew again within this time, or be suspected; 0 when there is no lease.'),
};
const storyFields: FieldsOf<TimelineLine> = {
  sequence,
  at: time,
  type: text,
  subject: said(text, 'What it is about, as the journal names it.'),
  sentence: text,
  id: text,
  actor: text,
  reason: text,
  traceparent: text,
  causedBy: said(whole, 'Sequence of the event this one answers.'),
  refused: said(text, 'Why the view paid no attention to it.'),
};

const required = (fields: Readonly<Record<string, Schema>>, ...optional: readonly string[]): Schema =>
  objectOf(
    fields,
    Object.keys(fields).filter((name) => !optional.includes(name)),
  );

const availabilitySum: FieldsOf<AvailabilitySum> = {
  instances: whole,
  availableMs: whole,
  outageMs: whole,
  uptimePercent: { type: 'number', minimum: 0, maximum: 100 },
  outages: whole,
  longestOutageMs: whole,
  flaps: said(whole, 'Suspicions that turned out to be none.'),
  restarts: whole,
  deploys: whole,
};

const availabilityFields: FieldsOf<InstanceAvailability> = {
  service: text,
  instance: text,
  version: text,
  availableMs: whole,
  outageMs: whole,
  plannedMs: said(whole, 'Starting, draining, in maintenance, deregistered or evicted: meant to be.'),
  uptimePercent: { type: 'number', minimum: 0, maximum: 100 },
  outages: listOf(objectOf({ from: time, to: time, ms: whole, detectedAfterMs: whole }, ['from', 'ms'])),
  flaps: whole,
  restarts: whole,
  deploys: listOf(required({ at: time, from: text, to: text })),
};

const seldomTold = ['id', 'actor', 'reason', 'traceparent', 'causedBy', 'refused'];

/** What a person or a program needs to know of an error. */
const errorFields = {
  code: { type: 'string', enum: Object.keys(errorCatalogue) },
  retryable: said({ type: 'boolean' }, 'Whether the same request may succeed later.'),
  details: said({ type: 'object' }, 'Facts for programs: fields, positions, revisions.'),
};

const named = (schema: Schema, title: string): Schema => ({ title, ...schema });

export const answerSchemas: Readonly<Record<string, Schema>> = {
  ...configAnswers,
  ...callAnswers,
  ...undoAnswers,
  instance: named(instanceView, 'An instance as the view shows it'),
  registration: named(
    {
      ...registration,
      required: ((registration as unknown as ObjectSchema).required ?? []).filter(
        (name) => name !== 'status' && name !== 'leaseMs',
      ),
    },
    'What is registered; status is "up" and leaseMs 0 unless given',
  ),
  change: named({ ...change, required: [] }, 'Fields that change; null takes one away (RFC 7396)'),
  namespaces: required({ namespaces: listOf(required(namespaceFields)) }),
  service: required(serviceFields, 'policy'),
  services: required({ namespace: text, services: listOf(required(serviceFields, 'policy')) }),
  instances: required(
    {
      namespace: text,
      service: said(text, 'Absent when the whole namespace was asked.'),
      instances: said(listOf({ ...instanceView, required: [] }), 'With `fields`, only these.'),
      total: said(whole, 'How many there are on all pages.'),
      next: said(text, 'Cursor of the next page; absent on the last.'),
    },
    'service',
    'next',
  ),
  registered: required(registeredFields),
  written: required({ sequence }),
  renewal: required(renewalFields),
  story: required({ story: listOf(required(storyFields, ...seldomTold)) }),
  availability: required({
    from: required({ sequence, at: time }),
    to: required({ sequence, at: time }),
    services: { type: 'object', additionalProperties: objectOf(availabilitySum, []) },
    versions: { type: 'object', additionalProperties: objectOf(availabilitySum, []) },
    instances: listOf(required(availabilityFields, 'uptimePercent')),
  }),
  diff: required({
    from: required({ sequence, at: time }),
    to: required({ sequence, at: time }),
    differences: listOf(
      required({
        key: said(text, 'What it is about, as the view names it.'),
        kind: { type: 'string', enum: ['added', 'removed', 'changed'] },
        fields: listOf(objectOf({ path: text, before: {}, after: {} }, ['path'])),
        sequence: said(whole, 'The newest event that made it so.'),
        at: time,
        cause: { type: 'object' },
      }),
    ),
  }),
  override: objectOf(
    {
      status: { type: ['string', 'null'], enum: ['draining', 'maintenance', null] },
      weight: { type: ['integer', 'null'], minimum: 0, maximum: limits.weightMax },
      reason: text,
    },
    [],
  ),
  policy: without(recordSchemas.service as ObjectSchema, 'namespace', 'service'),
  bulk: said(
    {
      ...listOf(objectOf({ service: text, instance: text }, ['service', 'instance'])),
      maxItems: limits.batchMessagesMax,
    },
    'Registrations, each with its service and instance.',
  ),
  registeredMany: required({
    registered: whole,
    failed: whole,
    results: listOf(
      objectOf(
        {
          service: text,
          instance: text,
          ...registeredFields,
          problem: { $ref: '#/components/schemas/problem' },
        },
        [],
      ),
    ),
  }),
  targets: listOf(
    required({ targets: listOf(text), labels: { type: 'object', additionalProperties: text } }),
  ),
  readiness: required({
    status: { const: 'ready' },
    checks: listOf(required({ name: text, ok: { type: 'boolean' }, detail: text })),
  }),
  liveness: required({ status: { const: 'ok' }, version: text, uptimeMs: whole }),
  problem: named(
    required({
      type: said(text, 'Where the reference describes the error.'),
      title: text,
      status: whole,
      detail: said(text, 'What happened here, and what to do about it.'),
      ...errorFields,
    }),
    'Problem Details (RFC 9457)',
  ),
  error: required({ error: required({ what: text, action: text, ...errorFields }) }),
};
