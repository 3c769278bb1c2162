import { type RecordKind, recordSchemas } from '#contracts';
import { renderJson, type Schema } from './schema.js';
import { configViews, instanceView, protectionView, serviceView } from './view-schemas.js';

/** A schema that stands alone, for validators in any language. */
function standalone(title: string, schema: Schema): string {
  return renderJson({ $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema });
}

/** One file a record and one a view of it: path and content. */
export function schemaPages(): [path: string, render: () => string][] {
  const records = (Object.keys(recordSchemas) as RecordKind[]).map((kind): [string, () => string] => [
    `docs/reference/schemas/${kind}.json`,
    () => standalone(`${kind} record`, recordSchemas[kind] as Schema),
  ]);
  const views: [string, Schema][] = [
    ['instance', instanceView],
    ['service', serviceView],
    ['protection', protectionView],
    ...Object.entries(configViews),
  ];
  return [
    ...records,
    ...views.map(([kind, schema]): [string, () => string] => [
      `docs/reference/schemas/${kind}-view.json`,
      () => standalone(`${kind} as the view shows it`, schema),
    ]),
  ];
}
