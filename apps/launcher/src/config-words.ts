import { parseAggregateKey } from '#contracts';

type Json = Readonly<Record<string, unknown>>;

/** What the feed says of a change of config. */
export interface ConfigWords {
  /** `config orders/limits.maxPool`, `config schema orders/limits.maxPool` */
  readonly name: string;
  /** `= 20`; empty where the kind of the event says it all. */
  readonly told: string;
}

const VALUE_SHOWN = 60;

/** Undefined for what is not about config. Nothing of a secret is told. */
export function configWords(viewKey: string, record: Json): ConfigWords | undefined {
  const id = parseAggregateKey(viewKey);
  if (id === undefined || !('application' in id)) return undefined;
  const which = 'key' in id ? id.key : id.schedule;
  return {
    name: `${id.kind.replace('-', ' ')} ${id.application}/${which}`,
    told: tellers[id.kind]?.(record) ?? '',
  };
}

const tellers: Readonly<Record<string, (record: Json) => string>> = {
  config: valueOf,
  'config-gray': valueOf,
  'config-schedule': scheduleOf,
  'config-rollout': ({ applied, expected, durationMs, rejected }) =>
    `applied by ${text(applied)} of ${text(expected)} in ${text(durationMs)} ms` +
    (rejected === 0 ? '' : `, rejected by ${text(rejected)}`),
};

function valueOf({ contentType, value, deleted }: Json): string {
  if (deleted === true) return '';
  if (contentType === 'secret') return '= [secret]';
  const shown = text(value);
  return `= ${shown.length > VALUE_SHOWN ? `${shown.slice(0, VALUE_SHOWN)}...` : shown}`;
}

function scheduleOf({ effectiveAt, changes }: Json): string {
  const keys = Array.isArray(changes) ? changes.map((change) => text((change as Json | null)?.['key'])) : [];
  return `for ${text(effectiveAt)}: ${keys.slice(0, 4).join(', ')}`;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}
