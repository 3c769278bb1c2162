import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { errorText } from '#contracts';
import { safePattern } from './patterns.js';

/** What breaks a schema, and where in the value: a JSON pointer. */
export interface SchemaMistake {
  readonly pointer: string;
  readonly what: string;
}

type Compiled = ValidateFunction | string;

const DEPTH_MAX = 32;

/** The formats people use most, as JSON Schema (2020-12, "Defined Formats") means them. */
const formats: NonNullable<Options['formats']> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/i,
  duration: /^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/,
  email: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
  hostname: /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,126}$/i,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
  ipv6: (text: string) => text.includes(':') && URL.canParse(`http://[${text}]/`),
  uri: (text: string) => URL.canParse(text),
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  regex: (text: string) => isPattern(text),
};

function isPattern(text: string): boolean {
  try {
    safePattern(text, 'u');
    return true;
  } catch {
    return false;
  }
}

const options: Options = {
  // A keyword nobody knows is most often one that is misspelt, and would check nothing.
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allErrors: false,
  addUsedSchema: false,
  logger: false,
  formats,
  code: {
    regExp: Object.assign((source: string, flags: string) => safePattern(source, flags), { code: 'none' }),
  },
};

let draft2020: Ajv2020 | undefined;
let draft07: Ajv | undefined;

/** Compiled schemas, for as long as somebody holds the schema itself. */
const compiledSchemas = new WeakMap<object, Compiled>();

function compiled(schema: object): Compiled {
  let known = compiledSchemas.get(schema);
  if (known === undefined) {
    known = compile(schema);
    compiledSchemas.set(schema, known);
  }
  return known;
}

function compile(schema: object): Compiled {
  if (depthOf(schema) > DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX} levels`;
  const isDraft07 = /draft-07/.test(String((schema as { $schema?: unknown }).$schema));
  const ajv = isDraft07 ? (draft07 ??= new Ajv(options)) : (draft2020 ??= new Ajv2020(options));
  try {
    const validate = ajv.compile(schema);
    return '$async' in schema ? 'it is asynchronous' : validate;
  } catch (error) {
    return errorText(error);
  } finally {
    // Else the compiler would hold every schema there ever was.
    ajv.removeSchema(schema);
  }
}

function depthOf(value: unknown, above = 0): number {
  if (typeof value !== 'object' || value === null || above > DEPTH_MAX) return above;
  return Object.values(value).reduce<number>(
    (deepest, inner) => Math.max(deepest, depthOf(inner, above + 1)),
    above + 1,
  );
}

/** Why a schema cannot be used, or undefined when it can. Pure but for what it remembers. */
export function schemaProblem(schema: object): string | undefined {
  const known = compiled(schema);
  return typeof known === 'string' ? known : undefined;
}

/** The first thing in a value that breaks a schema; a schema that cannot be used is broken by nothing. */
export function schemaMistake(schema: object, value: unknown): SchemaMistake | undefined {
  const validate = compiled(schema);
  if (typeof validate === 'string' || validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  const where = error?.instancePath ?? '';
  const missing =
    error?.keyword === 'additionalProperties' ? ` ("${String(error.params['additionalProperty'])}")` : '';
  const allowed = error?.keyword === 'enum' ? `: ${JSON.stringify(error.params['allowedValues'])}` : '';
  return { pointer: where, what: `${error?.message ?? 'does not meet the schema'}${missing}${allowed}` };
}

/** Rules over the object of all keys that say nothing about one key alone. */
const acrossKeys = new Set([
  'required',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'if',
  'then',
  'else',
  'not',
  'oneOf',
  'anyOf',
]);

const singleKeySchemas = new WeakMap<object, object>();

/** What the schema of a whole application says about each key by itself. */
export function singleKeySchema(schema: object): object {
  let single = singleKeySchemas.get(schema);
  if (single === undefined) {
    single = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !acrossKeys.has(keyword)));
    singleKeySchemas.set(schema, single);
  }
  return single;
}
