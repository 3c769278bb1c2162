/** What a config value is. Its text is kept as it was written; the type says how it is read. */
export const contentTypes = ['text', 'json', 'yaml', 'properties', 'number', 'boolean', 'secret'] as const;
export type ContentType = (typeof contentTypes)[number];

/**
 * Stands in the place of a key where a schema is about a whole application. "=" is no character of a config key,
 * so no key can be mistaken for it.
 */
export const APPLICATION_SCHEMA_KEY = '=application';

/** Applications are DNS labels, or the one everybody inherits from. */
export const APPLICATION_PATTERN = /^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/;

/** A config key, or the place of a schema about the whole application. */
export const SCHEMA_KEY_PATTERN = /^(=application|[A-Za-z0-9_.-]{1,128})$/;

export const grayStates = ['running', 'completed', 'withdrawn', 'stopped'] as const;
export type GrayState = (typeof grayStates)[number];

export const scheduleStates = ['set', 'cancelled', 'skipped', 'applied'] as const;
export type ScheduleState = (typeof scheduleStates)[number];
