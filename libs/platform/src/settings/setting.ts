import { z } from 'zod';

/** What the reference page and the start-up listing say of one setting. */
export interface SettingDoc {
  /** What it does, in sentences. */
  readonly meaning: string;
  /** What may be written, as an error message says it: "1 to 65535". */
  readonly allowed: string;
  /** As people would write it in the environment. '' when there is none. */
  readonly byDefault: string;
  /** Never shown. */
  readonly secret?: boolean;
  /** Addresses in it are shown without the login that may stand before the host. */
  readonly hidesLogin?: boolean;
}

export const settingDocs = z.registry<SettingDoc>();

/** Ties a rule to its words. */
export function setting<Schema extends z.ZodType>(schema: Schema, doc: SettingDoc): Schema {
  settingDocs.add(schema, doc);
  return schema;
}

const wholeNumber = /^-?\d{1,15}$/;

export const text = (pattern: RegExp = /\S/) => z.string().regex(pattern).optional();

export const integer = (minimum: number, maximum: number, byDefault: number) =>
  z
    .string()
    .regex(wholeNumber)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum))
    .optional()
    .transform((value) => value ?? byDefault);

export const oneOf = <Word extends string>(words: readonly Word[], byDefault: Word) =>
  z
    .enum(words)
    .optional()
    .transform((value) => value ?? byDefault);

/** Items between commas, without blanks around them; the last comma may be left in. */
export const list = (item: RegExp) =>
  z
    .string()
    .optional()
    .transform((value) => splitList(value ?? ''))
    .pipe(z.array(z.string().regex(item)));

/** Words of a fixed choice between commas, each once whatever is said twice; by default the words given. */
export const wordList = <Word extends string>(words: readonly Word[], byDefault: readonly Word[]) =>
  z
    .string()
    .optional()
    .transform((value) => (value === undefined ? [...byDefault] : splitList(value)))
    .pipe(z.array(z.enum(words)).min(1))
    .transform((chosen): ReadonlySet<Word> => new Set(chosen));

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
