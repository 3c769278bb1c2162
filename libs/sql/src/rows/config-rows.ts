import type { AggregateId } from '#contracts';
import { fromTime, type ViewEntry } from '#domain';
import type { ConfigRow, ConfigRuleRow } from '../schema/tables.js';
import { textOrNull } from './clean-text.js';

/** What is about config: a key's value, or what was laid down about a key. Read by name, whatever more it may hold. */
interface ConfigNames {
  readonly kind: string;
  readonly namespace: string;
  readonly application: string;
  readonly key?: string;
  readonly schedule?: string;
}

/** The names of an aggregate that is about config; undefined when it is about something else. */
export function configNames(id: AggregateId | undefined): ConfigNames | undefined {
  return id !== undefined && 'application' in id ? id : undefined;
}

const KIND_PREFIX = 'config-';

/** `config-override` is kept as `override`. */
export function ruleKind({ kind }: Pick<ConfigNames, 'kind'>): string {
  return kind.slice(KIND_PREFIX.length);
}

export function ruleName({ key, schedule }: ConfigNames): string {
  return key ?? schedule ?? '';
}

interface ConfigFields {
  readonly contentType?: string;
  readonly value?: string;
  readonly deleted?: boolean;
  readonly revision?: number;
}

/** Of a secret the type is told, and never the value, sealed or not. */
export function configRow({ namespace, application, key = '' }: ConfigNames, entry: ViewEntry): ConfigRow {
  const { contentType, value, deleted } = entry.record as unknown as ConfigFields;
  return {
    namespace,
    application,
    key,
    content_type: contentType ?? null,
    value: contentType === 'secret' ? null : textOrNull(value),
    secret: Number(contentType === 'secret'),
    deleted: Number(deleted === true),
    ...storyOf(entry),
  };
}

export function configRuleRow(names: ConfigNames, entry: ViewEntry): ConfigRuleRow {
  const { namespace, application } = names;
  return {
    namespace,
    application,
    kind: ruleKind(names),
    name: ruleName(names),
    record: JSON.stringify(entry.record),
    ...storyOf(entry),
  };
}

function storyOf({ sequence, at, cause, record }: ViewEntry) {
  return {
    revision: (record as unknown as ConfigFields).revision ?? sequence,
    author: textOrNull(cause.actor),
    reason: textOrNull(cause.reason),
    sequence,
    changed_at: at,
    changed_at_ms: fromTime(at),
    cause_type: cause.type,
    entry: JSON.stringify({ sequence, at, cause, record }),
  };
}
