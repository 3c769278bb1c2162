import { createRequire } from 'node:module';
import { getMetadataStorage } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { limits, METADATA_KEY_PATTERN, recordClasses, type RecordKind } from '#contracts';

type Schema = Record<string, unknown>;

// class-transformer keeps the store of its @Type() decorators in a file it does not export by name.
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  defaultMetadataStorage: unknown;
};

/** How our own decorators read in JSON Schema. */
const converters = {
  isMetadata: {
    type: 'object',
    maxProperties: limits.metadataKeysMax,
    propertyNames: { pattern: METADATA_KEY_PATTERN.source },
    additionalProperties: { type: 'string', maxLength: limits.metadataValueLengthMax },
  },
  isText: (meta: { constraints?: [number, number] }) => ({
    type: 'string',
    ...(meta.constraints?.[0] ? { minLength: meta.constraints[0] } : {}),
    maxLength: meta.constraints?.[1],
  }),
};

/** JSON Schemas of every record, nested classes inlined, generated from the class-validator decorators. */
function recordSchemasFromClasses(): Record<RecordKind, Schema> {
  const options = {
    classTransformerMetadataStorage: defaultMetadataStorage,
    classValidatorMetadataStorage: getMetadataStorage(),
    additionalConverters: converters,
  };
  const schemaOf = (target: { name: string }): Schema =>
    inline(targetConstructorToSchema(target as never, options as never), (name) => schemaOf(nested(name)));
  const kinds = Object.keys(recordClasses) as RecordKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, schemaOf(recordClasses[kind])])) as Record<
    RecordKind,
    Schema
  >;
}

function nested(name: string): { name: string } {
  const found = getMetadataStorage() as unknown as { validationMetadatas: Map<{ name: string }, unknown> };
  for (const target of found.validationMetadatas.keys()) if (target.name === name) return target;
  throw new Error(`no class "${name}" has decorators`);
}

/** Replaces `$ref`s: each schema stands alone, for readers in any language. Types and enums are made explicit. */
function inline(schema: unknown, resolve: (name: string) => Schema): Schema {
  if (Array.isArray(schema)) return schema.map((item) => inline(item, resolve)) as unknown as Schema;
  if (typeof schema !== 'object' || schema === null) return schema as Schema;
  const reference = (schema as { $ref?: string }).$ref;
  if (reference !== undefined) return resolve(reference.split('/').at(-1) as string);
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, inline(value, resolve)]),
  ) as Schema;
  if ('enum' in copy && !('type' in copy)) copy['type'] = 'string';
  return copy;
}

export function renderRecordSchemas(): string {
  const body = JSON.stringify(recordSchemasFromClasses(), null, 2);
  return [
    '// Generated from the class-validator decorators by `npm run reference`. Do not edit.',
    "import type { RecordKind } from '../records/schemas.js';",
    '',
    `export const recordSchemas: Readonly<Record<RecordKind, object>> = ${body};`,
    '',
  ].join('\n');
}
