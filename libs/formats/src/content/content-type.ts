/** What a config value is written in. The value itself always travels as text. */
export const contentTypes = ['text', 'json', 'yaml', 'properties', 'number', 'boolean', 'secret'] as const;
export type ContentType = (typeof contentTypes)[number];
