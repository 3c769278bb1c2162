import {
  APPLICATION_SCHEMA_KEY,
  type ConfigView,
  type ContentType,
  quote,
  RollcallError,
  SHARED_APPLICATION,
} from '#contracts';
import { isPresent, type ViewTable } from '#domain';
import { readContent } from '#formats';
import type { SchemaSource } from './check.js';
import { schemaMistake } from './schema.js';
import { type ApplicationPlace, nameOf } from './words.js';

interface Change {
  readonly key: string;
  readonly content?: { readonly contentType: ContentType; readonly value: string };
}

/**
 * Whether an application would still meet its schema as a whole after a change: rules such as `required`, which look
 * at several keys. Keys of `_shared` count where the schema names them. Two writers of different keys have no common
 * guard, so of two changes at the same moment each may be fine by itself.
 * @throws ROLLCALL_CONFIG_INVALID
 */
export function checkAcrossKeys(
  place: ApplicationPlace,
  changes: readonly Change[],
  table: ViewTable,
  schemas: SchemaSource,
): void {
  const schema = schemas.schema(place.namespace, place.application, APPLICATION_SCHEMA_KEY);
  if (schema === undefined) return;
  const problem = wholeProblem(place, changes, table, schema);
  if (problem === undefined) return;
  const text = `the config of ${nameOf(place)} would not meet its schema: ${problem}`;
  throw new RollcallError('ROLLCALL_CONFIG_INVALID', text);
}

/** What is wrong with the object of all keys, changes applied; undefined when it meets the schema. */
export function wholeProblem(
  { namespace, application }: ApplicationPlace,
  changes: readonly Change[],
  table: ViewTable,
  schema: object,
): string | undefined {
  const named = new Set(Object.keys((schema as { properties?: object }).properties ?? {}));
  const whole = new Map<string, unknown>();
  for (const [key, value] of valuesOf(table, namespace, SHARED_APPLICATION)) {
    if (named.has(key)) whole.set(key, value);
  }
  for (const [key, value] of valuesOf(table, namespace, application)) whole.set(key, value);
  for (const { key, content } of changes) {
    if (content === undefined) whole.delete(key);
    else whole.set(key, valueOf(content));
  }
  const mistake = schemaMistake(schema, Object.fromEntries(whole));
  return mistake === undefined
    ? undefined
    : `${mistake.pointer === '' ? 'it' : quote(mistake.pointer)} ${mistake.what}`;
}

function* valuesOf(table: ViewTable, namespace: string, application: string): Iterable<[string, unknown]> {
  for (const { entry, key } of table.application(namespace, application)?.slots.values() ?? []) {
    if (!isPresent(entry) || !key.startsWith(`${namespace}.config.`)) continue;
    const { key: name, contentType = 'text', value = '' } = entry.record as ConfigView;
    yield [name, valueOf({ contentType, value })];
  }
}

/** What a schema is shown of a value; of a secret, nothing but that it is a text. */
function valueOf({ contentType, value }: { contentType: ContentType; value: string }): unknown {
  if (contentType === 'secret') return '';
  const reading = readContent(contentType, value);
  return reading.isWell ? reading.value : value;
}
