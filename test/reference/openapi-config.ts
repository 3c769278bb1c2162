import { contentTypes, limits, recordSchemas } from '#contracts';
import { documentFormats } from '#formats';
import { objectOf, said, type Schema, text, whole } from './schema.js';

export const SCHEMA_KEY_PATTERN = '^(=application|[A-Za-z0-9_.-]{1,128})$';

interface Operation {
  readonly summary: string;
  readonly query?: readonly string[];
  readonly body?: string;
  readonly answer: string;
  readonly moreStatuses?: Readonly<Record<string, string>>;
}

type Methods = Readonly<Record<string, Operation>>;

const base = '/v1/namespaces/{namespace}/config';
const one = `${base}/{application}/{key}`;
const known = { '304': 'The revision in If-None-Match still stands.' };

/** The routes about config. */
export const configOperations: Readonly<Record<string, Methods>> = {
  [base]: {
    get: { summary: 'Applications with config.', query: ['at', 'atLeast'], answer: 'configApplications' },
  },
  [`${base}/{application}`]: {
    get: { summary: 'The keys of an application.', query: ['at', 'atLeast'], answer: 'configKeys' },
    post: { summary: 'Changes several keys: all or none.', body: 'configBatch', answer: 'configWritten' },
  },
  [one]: {
    get: {
      summary: 'One key; the ETag is its revision.',
      query: ['at', 'atLeast'],
      answer: 'configKey',
      moreStatuses: known,
    },
    put: {
      summary:
        'Sets a key; If-Match names the revision it must have, If-None-Match "*" that it must not exist.',
      body: 'configValue',
      answer: 'configWritten',
    },
    delete: { summary: 'Deletes a key.', query: ['reason'], answer: 'configWritten' },
  },
  [`${one}/history`]: { get: { summary: 'Every revision, the oldest first.', answer: 'configHistory' } },
  [`${one}/diff`]: {
    get: {
      summary: 'How two revisions differ, line by line.',
      query: ['config.from', 'config.to'],
      answer: 'configDiff',
    },
  },
  [`${one}/rollback`]: {
    post: { summary: 'Brings a revision back.', body: 'configRollback', answer: 'configWritten' },
  },
  [`${one}/undelete`]: {
    post: { summary: 'Brings a deleted key back as it was last.', body: 'because', answer: 'configWritten' },
  },
  [`${one}/schema`]: {
    get: {
      summary: 'The JSON Schema of a key, or with `=application` of all.',
      query: ['at', 'atLeast'],
      answer: 'configSchema',
    },
    put: {
      summary: 'Sets it, if what stands now meets it.',
      body: 'configSchemaBody',
      answer: 'written',
    },
    delete: { summary: 'Takes it away.', query: ['reason'], answer: 'written' },
  },
  [`${one}/overrides`]: {
    get: {
      summary: 'Other values of a key for some instances.',
      query: ['at', 'atLeast'],
      answer: 'configOverrides',
    },
    put: { summary: 'Sets all of them, in order.', body: 'configOverridesBody', answer: 'written' },
    delete: { summary: 'Takes all of them away.', query: ['reason'], answer: 'written' },
  },
  [`${one}/gray`]: {
    get: { summary: 'The gray release of a key.', query: ['at', 'atLeast'], answer: 'configGray' },
    put: { summary: 'Starts one with a value, or widens it.', body: 'configGrayBody', answer: 'written' },
    delete: { summary: 'Withdraws it.', query: ['reason'], answer: 'written' },
  },
  [`${one}/gray/complete`]: {
    post: { summary: 'Gives its value to everybody.', body: 'because', answer: 'configWritten' },
  },
  [`${one}/rollout`]: {
    get: { summary: 'Who applied the last change of a key, and who would not.', answer: 'configRollout' },
  },
  '/v1/namespaces/{namespace}/config-effective/{application}': {
    get: {
      summary: 'What one instance sees, and from which layer each key comes.',
      query: [
        'config.instance',
        'config.service',
        'config.version',
        'config.zone',
        'tag',
        'config.label',
        'at',
        'atLeast',
      ],
      answer: 'configEffective',
    },
  },
  '/v1/namespaces/{namespace}/config-schedules/{application}': {
    get: {
      summary: 'Changes that wait for their time, and those of the last day.',
      query: ['at', 'atLeast'],
      answer: 'configSchedules',
    },
  },
  '/v1/namespaces/{namespace}/config-schedules/{application}/{schedule}': {
    delete: { summary: 'Cancels one.', query: ['reason'], answer: 'written' },
  },
  '/v1/namespaces/{namespace}/config-export/{application}': {
    get: {
      summary: 'The keys of an application as a file.',
      query: ['format', 'at', 'atLeast'],
      answer: 'configExport',
    },
  },
  '/v1/namespaces/{namespace}/config-import/{application}': {
    post: { summary: 'Takes a file whole or not at all.', body: 'configImport', answer: 'configImported' },
  },
};

const format: Schema = { type: 'string', enum: documentFormats };

/** Parameters behind a question mark that only routes about config have. */
export const configParameters: Readonly<Record<string, Schema>> = {
  'config.from': { name: 'from', schema: whole, required: true, description: 'A revision.' },
  'config.to': { name: 'to', schema: whole, required: true, description: 'A revision.' },
  'config.instance': {
    name: 'instance',
    schema: text,
    required: true,
    description: 'The instance that reads.',
  },
  'config.service': { name: 'service', schema: text, description: 'Take the rest from its registration.' },
  'config.version': { name: 'version', schema: text, description: 'As if it had this version.' },
  'config.zone': { name: 'zone', schema: text, description: 'As if it were in this zone.' },
  'config.label': {
    name: 'label',
    schema: { type: 'array', items: text },
    style: 'form',
    explode: true,
    description: 'As if it had this metadata: key=value; repeated.',
  },
  format: { schema: { ...format, default: 'json' }, description: 'What the file is written in.' },
};

const because: Schema = { ...text, maxLength: limits.reasonLengthMax };
const content = {
  value: said({}, 'A text, or any JSON value, which is printed.'),
  contentType: said({ type: 'string', enum: contentTypes }, 'Left out: what the value is.'),
};
const times = {
  effectiveAt: said({ type: 'string', format: 'date-time' }, 'Make the change then.'),
  revertAfter: said({ type: ['integer', 'string'] }, 'Undo it so long after: ms, or "15m".'),
};
const flag: Schema = { type: 'boolean', default: false };
const gray = recordSchemas['config-gray'] as {
  properties: { to: Schema; rejectionSharePercentMax: Schema };
};
const override = recordSchemas['config-override'] as { properties: { overrides: Schema } };

export const configBodies: Readonly<Record<string, Schema>> = {
  because: objectOf({ reason: because }, []),
  configValue: objectOf({ ...content, ...times, reason: because }, ['value']),
  configBatch: objectOf(
    {
      changes: {
        type: 'array',
        items: objectOf(
          {
            key: text,
            ...content,
            delete: { const: true },
            revision: said(whole, 'The revision it must have; 0: it must not exist.'),
          },
          ['key'],
        ),
        maxItems: limits.batchMessagesMax,
      },
      ...times,
      reason: because,
    },
    ['changes'],
  ),
  configRollback: objectOf({ revision: whole, reason: because }, ['revision']),
  configSchemaBody: objectOf(
    { schema: said({ type: 'object' }, 'JSON Schema, 2020-12 or draft-07.'), reason: because },
    ['schema'],
  ),
  configOverridesBody: objectOf({ overrides: override.properties.overrides, reason: because }, ['overrides']),
  configGrayBody: objectOf(
    {
      ...content,
      to: gray.properties.to,
      rejectionSharePercentMax: said(gray.properties.rejectionSharePercentMax, 'Default 10.'),
      reason: because,
    },
    ['to'],
  ),
  configImport: objectOf({ format, text, dryRun: flag, prune: flag, reason: because }, ['format', 'text']),
};
