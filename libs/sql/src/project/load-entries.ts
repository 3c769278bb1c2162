import { sql } from 'kysely';
import { type AggregateId, aggregateKey, parseAggregateKey } from '#contracts';
import type { ViewEntry } from '#domain';
import { rowSource } from '../write/row-source.js';
import { loadConfig } from './load-config.js';
import type { LoadPlace, PutEntry } from './load-place.js';

/** The entries the tables hold under some keys; keys they hold nothing under are left out. */
export async function loadEntries(place: LoadPlace, keys: Iterable<string>): Promise<Map<string, ViewEntry>> {
  const wanted = [...keys].map(parseAggregateKey).filter((id) => id !== undefined);
  const entries = new Map<string, ViewEntry>();
  const put = (id: AggregateId, json: string | null): void => {
    if (json !== null) entries.set(aggregateKey(id), JSON.parse(json) as ViewEntry);
  };
  await loadInstances(place, wanted, put);
  await loadServices(place, wanted, put);
  await loadConfig(place, wanted, put);
  return entries;
}

async function loadInstances(
  { kysely, dialect }: LoadPlace,
  ids: readonly AggregateId[],
  put: PutEntry,
): Promise<void> {
  const instances = ids.filter((id) => id.kind === 'instance');
  if (instances.length === 0) return;
  const source = rowSource(dialect, 'instances', ['namespace', 'service', 'instance'], instances);
  const found = await sql<{ namespace: string; service: string; instance: string; entry: string }>`
    select namespace, service, instance, entry from instances
    where (namespace, service, instance) in (select namespace, service, instance from ${source})
  `.execute(kysely);
  for (const { entry, ...names } of found.rows) put({ kind: 'instance', ...names }, entry);
}

async function loadServices(
  { kysely, dialect }: LoadPlace,
  ids: readonly AggregateId[],
  put: PutEntry,
): Promise<void> {
  const services = ids.filter((id) => id.kind === 'service' || id.kind === 'protection');
  if (services.length === 0) return;
  const source = rowSource(dialect, 'services', ['namespace', 'service'], services);
  const found = await sql<{
    namespace: string;
    service: string;
    policy_entry: string | null;
    protection_entry: string | null;
  }>`
    select namespace, service, policy_entry, protection_entry from services
    where (namespace, service) in (select namespace, service from ${source})
  `.execute(kysely);
  for (const { policy_entry, protection_entry, ...names } of found.rows) {
    put({ kind: 'service', ...names }, policy_entry);
    put({ kind: 'protection', ...names }, protection_entry);
  }
}
