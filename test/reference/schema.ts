/** A piece of JSON Schema, as the generators build it. */
export type Schema = Readonly<Record<string, unknown>>;

/** Generated JSON, for people as well: indented, with a newline at the end. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** An object with these fields. Readers must tolerate others, so none are forbidden. */
export function objectOf(properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema {
  return { type: 'object', properties, required };
}

export const text: Schema = { type: 'string' };
export const whole: Schema = { type: 'integer', minimum: 0 };
export const time: Schema = { type: 'string', format: 'date-time' };

export const listOf = (items: Schema): Schema => ({ type: 'array', items });

export function said(schema: Schema, description: string): Schema {
  return { ...schema, description };
}
