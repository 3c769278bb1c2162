import { APPLICATION_SCHEMA_KEY, type ContentType, quote } from '#contracts';
import { locateContent, mistakeText, readContent } from '#formats';
import { schemaMistake, singleKeySchema } from './schema.js';
import type { KeyPlace } from './words.js';

/** The schemas in force when something is checked. */
export interface SchemaSource {
  /** The schema of a key, or of the whole application under `=application`. */
  schema(namespace: string, application: string, key: string): object | undefined;
}

/** Why a value cannot be accepted, and where in it. */
export interface ContentMistake {
  /** A clause without a full stop. */
  readonly what: string;
  /** JSON pointer into the value. */
  readonly pointer?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * Whether a value may stand under a key: well-formed by its type, and meeting the schema of the key and what the
 * application's schema says about it. Of a secret only the envelope can be checked. The same for the service, which
 * asks before it writes, and for the fold, which asks again.
 */
export function contentMistakeAt(
  place: KeyPlace,
  content: { readonly contentType: ContentType; readonly value: string },
  schemas: SchemaSource,
): ContentMistake | undefined {
  const { contentType, value } = content;
  const reading = readContent(contentType, value);
  if (!reading.isWell) {
    const { mistake } = reading;
    const { line, column, pointer } = mistake;
    return { what: mistakeText(mistake), line, column, ...(pointer === undefined ? {} : { pointer }) };
  }
  if (contentType === 'secret') return undefined;
  const { namespace, application, key } = place;
  const own = schemas.schema(namespace, application, key);
  const mistake = own === undefined ? undefined : schemaMistake(own, reading.value);
  if (mistake !== undefined)
    return located(content, mistake.pointer, `${mistake.what}, by the schema of the key`);
  const whole = schemas.schema(namespace, application, APPLICATION_SCHEMA_KEY);
  const wide =
    whole === undefined ? undefined : schemaMistake(singleKeySchema(whole), { [key]: reading.value });
  if (wide === undefined) return undefined;
  const inner = wide.pointer.split('/').slice(2);
  const pointer = inner.length === 0 ? '' : `/${inner.join('/')}`;
  return located(content, pointer, `${wide.what}, by the schema of the application`);
}

function located(
  { contentType, value }: { readonly contentType: ContentType; readonly value: string },
  pointer: string,
  what: string,
): ContentMistake {
  const place = locateContent(contentType, value, pointer);
  const at = pointer === '' ? 'the value' : `the value at ${quote(pointer)}`;
  const line =
    place === undefined || !value.includes('\n') ? '' : ` (line ${place.line}, column ${place.column})`;
  return {
    what: `${at}${line} ${what}`,
    pointer,
    ...(place === undefined ? {} : { line: place.line, column: place.column }),
  };
}
