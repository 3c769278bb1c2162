import { type ConfigTimed, contentTypes, type EffectiveKey, type KeyWritten } from '#contracts';
import type {
  ApplicationSummary,
  ConfigDiff,
  ConfigRevision,
  Imported,
  ImportedKey,
  Rollout,
  ShownConfig,
} from '#application';
import { objectOf, said, type Schema, text, time, whole } from './schema.js';
import { configViews } from './view-schemas.js';

/** Schemas of what the registry answers about config, typed by what they describe. */
type FieldsOf<Described> = Readonly<Record<keyof Required<Described>, Schema>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

const yes: Schema = { type: 'boolean' };
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const contentType: Schema = { type: 'string', enum: contentTypes };
const revision = said(whole, 'Journal sequence; what the next If-Match names.');

const required = (fields: Readonly<Record<string, Schema>>, ...optional: readonly string[]): Schema =>
  objectOf(
    fields,
    Object.keys(fields).filter((name) => !optional.includes(name)),
  );

const key = configViews.config as unknown as ObjectSchema;
const shownFields: Pick<FieldsOf<ShownConfig>, 'at' | 'actor' | 'reason'> = {
  at: time,
  actor: said(text, 'Who said so.'),
  reason: text,
};
const shown = objectOf({ ...key.properties, ...shownFields }, [...key.required, 'at']);

const applicationFields: FieldsOf<ApplicationSummary> = { application: text, keys: whole, revision };
const writtenKeyFields: FieldsOf<KeyWritten> = {
  key: text,
  revision,
  changed: said(yes, 'False: the key said this already, and nothing was written.'),
};
const writtenFields: FieldsOf<ConfigTimed> = {
  sequence: said(whole, 'Journal sequence; demand it of a read with atLeast.'),
  keys: listOf(required(writtenKeyFields)),
  schedule: said(text, 'Name of the schedule that makes the change, or undoes it.'),
  effectiveAt: time,
  revertsAt: time,
};
const revisionFields: FieldsOf<ConfigRevision> = {
  revision,
  at: time,
  type: text,
  actor: text,
  reason: text,
  traceparent: text,
  contentType,
  value: said(text, 'As it was written; of a secret, the sealed envelope.'),
  deleted: { const: true },
  restores: said(whole, 'The revision it brought back.'),
  changeSet: key.properties['changeSet'] as Schema,
  schedule: text,
  refused: said(text, 'Why it was set aside and never served.'),
};
const optionalOfRevision = Object.keys(revisionFields).filter(
  (name) => !['revision', 'at', 'type'].includes(name),
);
const diffFields: FieldsOf<ConfigDiff> = {
  from: whole,
  to: whole,
  changed: yes,
  lines: said(
    listOf(required({ kind: { type: 'string', enum: ['same', 'removed', 'added'] }, text })),
    'Empty for secrets.',
  ),
};
const importedKeyFields: FieldsOf<ImportedKey> = {
  key: text,
  kind: { type: 'string', enum: ['added', 'changed', 'removed', 'unchanged'] },
  before: text,
  after: text,
};
const importedFields: FieldsOf<Imported> = {
  dryRun: yes,
  sequence: said(whole, 'Absent when nothing was written.'),
  changes: listOf(required(importedKeyFields, 'before', 'after')),
};

const rolloutFields: FieldsOf<Rollout> = {
  namespace: text,
  application: text,
  key: text,
  revision,
  expected: said(whole, 'Instances that read the application and are there.'),
  applied: whole,
  rejected: whole,
  waiting: whole,
  durationMs: said(whole, 'Until the last answer that counted; absent before any.'),
  rejections: listOf(required({ instance: text, reason: text })),
  waitingFor: listOf(text),
};
const effectiveFields: FieldsOf<EffectiveKey> = {
  key: text,
  contentType,
  value: text,
  layer: said(text, '`shared` or `application`, each also with `-gray` and `-override`.'),
  override: said(text, 'Name of the override it comes from.'),
  revision,
};

export const configAnswers: Readonly<Record<string, Schema>> = {
  configApplications: required({ applications: listOf(required(applicationFields)) }),
  configKeys: required({ application: text, keys: listOf(shown) }),
  configKey: shown,
  configWritten: required(writtenFields, 'schedule', 'effectiveAt', 'revertsAt'),
  configHistory: required({ key: text, revisions: listOf(required(revisionFields, ...optionalOfRevision)) }),
  configDiff: required(diffFields),
  configSchema: configViews['config-schema'],
  configOverrides: configViews['config-override'],
  configGray: configViews['config-gray'],
  configRollout: required(rolloutFields, 'durationMs'),
  configEffective: required({
    namespace: text,
    application: text,
    keys: listOf(required(effectiveFields, 'override')),
    revision,
  }),
  configSchedules: required({ application: text, schedules: listOf(configViews['config-schedule']) }),
  configExport: required({ format: text, text }),
  configImported: required(importedFields, 'sequence'),
};
