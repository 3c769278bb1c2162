import {
  aggregateKey,
  APPLICATION_SCHEMA_KEY,
  type ConfigGrayView,
  type ConfigOverrideView,
  type ConfigSchemaView,
  type ConfigView,
  eventTypes,
  quote,
  RollcallError,
} from '#contracts';
import { isPresent } from '#domain';
import type { Actor } from '../registrar/event-factory.js';
import type { ViewSource } from '../reader/reader.js';
import { writeAggregate } from './aggregate-writer.js';
import { wholeProblem } from './across-keys.js';
import { contentMistakeAt, type SchemaSource } from './check.js';
import type { ConfigParts } from './config-writer.js';
import type { Expectation } from './expectation.js';
import type { Standing } from './present.js';
import { schemasIn } from './refusal.js';
import { schemaProblem } from './schema.js';
import {
  type ApplicationPlace,
  type KeyPlace,
  checkApplication,
  checkSchemaKey,
  configId,
  nameOf,
} from './words.js';

/** How many values that break a new schema are named. */
const NAMED_MAX = 10;

/** The schemas values must meet. */
export class ConfigSchemas {
  constructor(private readonly parts: ConfigParts) {}

  /**
   * Sets the schema of a key, or with `=application` of the application. What stands now must meet it.
   * @throws ROLLCALL_CONFIG_SCHEMA_INVALID naming the values that do not, ROLLCALL_CONFIG_CONFLICT
   */
  set(at: KeyPlace, schema: object, by: Actor, expected?: Expectation): Promise<number> {
    const place = checkApplication(at);
    const key = checkSchemaKey(at.key);
    const problem = schemaProblem(schema);
    if (problem !== undefined) throw invalid(`the schema cannot be used: ${problem}`);
    const say = async () => {
      await this.#checkStanding(place, key, schema);
      return { type: eventTypes.configSchemaSet, data: { ...place, key, schema } };
    };
    const id = configId(place, key, 'config-schema');
    return writeAggregate<ConfigSchemaView>(this.parts, id, { by, say, expected });
  }

  /** @throws ROLLCALL_NOT_FOUND, ROLLCALL_CONFIG_CONFLICT */
  remove(at: KeyPlace, by: Actor, expected?: Expectation): Promise<number> {
    const place = checkApplication(at);
    const key = checkSchemaKey(at.key);
    const id = configId(place, key, 'config-schema');
    const say = ({ record }: Standing<ConfigSchemaView>) => {
      if (record !== undefined) {
        return { type: eventTypes.configSchemaRemoved, data: { ...place, key, removed: true } };
      }
      throw new RollcallError('ROLLCALL_NOT_FOUND', `${nameOf(place)} has no schema for ${quote(key)}`);
    };
    return writeAggregate<ConfigSchemaView>(this.parts, id, { by, say, expected });
  }

  /** The view must have come to the journal's end: a value written a moment ago counts. */
  async #checkStanding(place: ApplicationPlace, key: string, schema: object): Promise<void> {
    const view = this.parts.view();
    const { lastSequence } = await this.parts.journal.ends();
    await view.reached(lastSequence);
    const problems = standingProblems(view, place, key, schema);
    if (problems.length === 0) return;
    const text = `values that stand now break the schema: ${problems.slice(0, NAMED_MAX).join('; ')}`;
    const more = problems.length > NAMED_MAX ? `, and ${problems.length - NAMED_MAX} more` : '';
    throw invalid(text + more, { problems: problems.slice(0, NAMED_MAX) });
  }
}

function invalid(what: string, details: Readonly<Record<string, unknown>> = {}): RollcallError {
  return new RollcallError('ROLLCALL_CONFIG_SCHEMA_INVALID', what, { details });
}

/** Everything that is served now and would not be accepted under a schema, in words. */
export function standingProblems(
  { table }: Pick<ViewSource, 'table'>,
  place: ApplicationPlace,
  key: string,
  schema: object,
): string[] {
  const held = schemasIn((other) => table.get(other)?.entry);
  const own = aggregateKey(configId(place, key, 'config-schema'));
  const schemas: SchemaSource = {
    schema: (namespace, application, name) =>
      aggregateKey({ kind: 'config-schema', namespace, application, key: name }) === own
        ? schema
        : held.schema(namespace, application, name),
  };
  const isWhole = key === APPLICATION_SCHEMA_KEY;
  const problems = [...served(table, place)]
    .filter((content) => isWhole || content.key === key)
    .flatMap((content) => {
      const mistake = contentMistakeAt({ ...place, key: content.key }, content, schemas);
      return mistake === undefined ? [] : [`${quote(content.key)}${content.from}: ${mistake.what}`];
    });
  const whole = isWhole && problems.length === 0 ? wholeProblem(place, [], table, schema) : undefined;
  return whole === undefined ? problems : [`the keys together: ${whole}`];
}

interface Served {
  readonly key: string;
  readonly contentType: NonNullable<ConfigView['contentType']>;
  readonly value: string;
  /** What it comes from beside the key itself. */
  readonly from: string;
}

/** Every value of an application that some instance may see now. */
function* served(table: ViewSource['table'], { namespace, application }: ApplicationPlace): Iterable<Served> {
  for (const { key: viewKey, entry } of table.application(namespace, application)?.slots.values() ?? []) {
    if (!isPresent(entry)) continue;
    const kind = viewKey.slice(namespace.length + 1).split('.')[0];
    if (kind === 'config') {
      const { key, contentType = 'text', value = '' } = entry.record as ConfigView;
      yield { key, contentType, value, from: '' };
    } else if (kind === 'config-gray') {
      const { key, contentType, value } = entry.record as ConfigGrayView;
      yield { key, contentType, value, from: ', gray release' };
    } else if (kind === 'config-override') {
      const { key, overrides } = entry.record as ConfigOverrideView;
      for (const { name, contentType, value } of overrides) {
        yield { key, contentType, value, from: `, override ${quote(name)}` };
      }
    }
  }
}
