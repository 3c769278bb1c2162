import {
  aggregateKey,
  type ConfigEvent,
  type ConfigGrayEvent,
  type ConfigKeyEvent,
  type ConfigMatch,
  type ConfigOverrideEvent,
  type ConfigScheduleEvent,
  type ConfigSchemaEvent,
  type ConfigSchemaView,
  type ContentType,
  errorText,
  isRollcallError,
  originalOf,
  type RegistryEvent,
  type Rejection,
} from '#contracts';
import {
  type FoldEntry,
  isInstanceView,
  isPresent,
  parseSelector,
  parseVersionRange,
  type ViewEntry,
} from '#domain';
import { type ContentMistake, contentMistakeAt, type SchemaSource } from './check.js';
import { schemaProblem } from './schema.js';
import type { KeyPlace } from './words.js';

/** What stands under a key, joined or while it is being folded. */
type Standing = ViewEntry | FoldEntry | undefined;

/**
 * Whether an event about config may enter the view: undefined, or why it is set aside. Its answer depends on the
 * event and on the schemas as they stand at its sequence, and on nothing else, so every fold of the journal gives
 * the same one. Called before the event is folded.
 * @param standing what stands under a view key now
 */
export function configRefusal(
  event: RegistryEvent,
  standing: (key: string) => Standing,
): Rejection | undefined {
  if (!('application' in event.aggregate)) return undefined;
  const before = standing(aggregateKey(event.aggregate));
  const said = originalOf(event as ConfigEvent);
  // Folded before: whatever was said about it then still holds. Anybody may claim to say something again, so who has
  // not heard it the first time judges it.
  if (before !== undefined && said.sequence <= before.sequence) return undefined;
  const what = problemOf(said, schemasIn(standing));
  return what === undefined ? undefined : { code: 'ROLLCALL_CONFIG_INVALID', reason: what };
}

/** The schemas among what stands in the view. */
export function schemasIn(standing: (key: string) => Standing): SchemaSource {
  return {
    schema: (namespace, application, key) => {
      const held = standing(aggregateKey({ kind: 'config-schema', namespace, application, key }));
      const record = held === undefined ? undefined : 'plain' in held ? held.plain : recordOf(held);
      return record === undefined || 'departure' in record ? undefined : (record as ConfigSchemaView).schema;
    },
  };
}

function recordOf(held: Standing): object | undefined {
  if (held === undefined || !('record' in held)) return undefined;
  return isPresent(held) && !isInstanceView(held.record) ? held.record : undefined;
}

function problemOf(event: ConfigEvent, schemas: SchemaSource): string | undefined {
  switch (event.aggregate.kind) {
    case 'config':
      return keyProblem(event as ConfigKeyEvent, schemas);
    case 'config-override':
      return overrideProblem(event as ConfigOverrideEvent, schemas);
    case 'config-gray':
      return grayProblem(event as ConfigGrayEvent, schemas);
    case 'config-schema':
      return schemaEventProblem(event as ConfigSchemaEvent);
    case 'config-schedule':
      return scheduleProblem(event as ConfigScheduleEvent);
    default:
      return undefined;
  }
}

function keyProblem({ data }: ConfigKeyEvent, schemas: SchemaSource): string | undefined {
  return data.deleted === true ? undefined : wordsOf(mistakeIn(data, data, schemas));
}

function overrideProblem({ data }: ConfigOverrideEvent, schemas: SchemaSource): string | undefined {
  for (const override of data.overrides) {
    const what = matchProblem(override.match) ?? wordsOf(mistakeIn(data, override, schemas));
    if (what !== undefined) return `override "${override.name}": ${what}`;
  }
  return undefined;
}

/** Only what still runs is served; how a release ended may always be said. */
function grayProblem({ data }: ConfigGrayEvent, schemas: SchemaSource): string | undefined {
  if (data.state !== 'running') return undefined;
  return matchProblem(data.to.match ?? {}) ?? wordsOf(mistakeIn(data, data, schemas));
}

function schemaEventProblem({ data }: ConfigSchemaEvent): string | undefined {
  const problem = data.schema === undefined ? undefined : schemaProblem(data.schema);
  return problem === undefined ? undefined : `the schema cannot be used: ${problem}`;
}

/** Values are checked against the schemas when the time has come; here, whether they can be read at all. */
function scheduleProblem({ data }: ConfigScheduleEvent): string | undefined {
  const none: SchemaSource = { schema: () => undefined };
  for (const change of data.changes) {
    const what =
      change.deleted === true ? undefined : wordsOf(mistakeIn({ ...data, key: change.key }, change, none));
    if (what !== undefined) return `key "${change.key}": ${what}`;
  }
  return undefined;
}

function mistakeIn(
  place: KeyPlace,
  content: { readonly contentType?: ContentType; readonly value?: string },
  schemas: SchemaSource,
): ContentMistake | undefined {
  const { contentType = 'text', value = '' } = content;
  return contentMistakeAt(place, { contentType, value }, schemas);
}

function wordsOf(mistake: ContentMistake | undefined): string | undefined {
  return mistake?.what;
}

/** Why a match cannot be read, or undefined when it can. */
export function matchProblem({ version, selector }: ConfigMatch): string | undefined {
  try {
    if (version !== undefined) parseVersionRange(version);
    if (selector !== undefined) parseSelector(selector);
    return undefined;
  } catch (error) {
    return isRollcallError(error) ? error.what : errorText(error);
  }
}
