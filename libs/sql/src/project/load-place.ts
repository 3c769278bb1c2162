import type { Kysely } from 'kysely';
import type { AggregateId } from '#contracts';
import type { SqlDialect } from '../database/database.js';
import type { Tables } from '../schema/tables.js';

/** Where entries are loaded from. */
export interface LoadPlace {
  readonly kysely: Kysely<Tables>;
  readonly dialect: SqlDialect;
}

/** Takes the entry found under an aggregate; null when its row has none. */
export type PutEntry = (id: AggregateId, json: string | null) => void;
