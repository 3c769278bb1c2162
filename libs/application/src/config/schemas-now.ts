import { APPLICATION_SCHEMA_KEY, type ConfigSchemaView } from '#contracts';
import type { Journal } from '../ports/journal.js';
import type { ViewSource } from '../reader/reader.js';
import type { SchemaSource } from './check.js';
import { standingOf } from './present.js';
import { type ApplicationPlace, configId } from './words.js';

/** The schemas some keys of an application must meet now, by the journal: the view may not know the newest yet. */
export async function schemasNow(
  journal: Journal,
  view: ViewSource,
  place: ApplicationPlace,
  keys: readonly string[],
): Promise<SchemaSource> {
  const wanted = [...keys, APPLICATION_SCHEMA_KEY];
  const found = new Map<string, object | undefined>();
  const read = async (key: string): Promise<void> => {
    const id = configId(place, key, 'config-schema');
    const { record } = await standingOf<ConfigSchemaView>(journal, view, id);
    found.set(key, record?.schema);
  };
  await Promise.all(wanted.map(read));
  return { schema: (_namespace, _application, key) => found.get(key) };
}
