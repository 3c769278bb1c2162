import { sql } from 'kysely';
import {
  type InstanceView,
  limits,
  parseAggregateKey,
  type ProtectionView,
  type ServiceView,
} from '#contracts';
import { isInstanceView, serviceId, type ViewEntry } from '#domain';
import type { EntryChange, FoldedBatch } from '../project/fold-batch.js';
import {
  endpointRows,
  instanceRow,
  metadataRows,
  partNames,
  partOf,
  tagRows,
} from '../rows/instance-rows.js';
import { configNames, configRow, configRuleRow } from '../rows/config-rows.js';
import { type ServiceEntries, serviceRow } from '../rows/service-row.js';
import { addRows, deleteOf, upsertRows, type WritePlace } from './write-rows.js';

/** Writes everything a batch changes. */
export async function writeBatch(
  place: WritePlace,
  { events, changes }: FoldedBatch,
  known: (key: string) => ViewEntry | undefined,
): Promise<void> {
  await addRows(place, 'events', events);
  const instances = [...changes.values()].filter(isInstanceChange);
  await upsertRows(
    place,
    'instances',
    ['namespace', 'service', 'instance'],
    instances.map(({ after }) => instanceRow(after)),
  );
  await writeParts(place, instances);
  await writeServices(place, changes, known);
  await writeConfig(place, changes);
}

interface InstanceChange {
  readonly before: ViewEntry<InstanceView> | undefined;
  readonly after: ViewEntry<InstanceView>;
}

function isInstanceChange(change: EntryChange): change is InstanceChange {
  return isInstanceView(change.after.record);
}

const parts = {
  endpoints: { table: 'endpoints', rowsOf: endpointRows },
  tags: { table: 'instance_tags', rowsOf: tagRows },
  metadata: { table: 'instance_metadata', rowsOf: metadataRows },
} as const;

/** Endpoints, tags and metadata are written again only where they differ: most updates change the status alone. */
async function writeParts(place: WritePlace, changes: readonly InstanceChange[]): Promise<void> {
  for (const name of partNames) {
    const { table, rowsOf } = parts[name];
    const differing = changes.filter(
      ({ before, after }) => !isSame(partOf(before?.record, name), partOf(after.record, name)),
    );
    const held = differing.filter(({ before }) => partOf(before?.record, name) !== undefined);
    await deleteOf(
      place,
      table,
      held.map(({ after }) => after.record),
    );
    const present = differing.filter(({ after }) => partOf(after.record, name) !== undefined);
    await addRows(
      place,
      table,
      present.flatMap(({ after }): object[] => rowsOf(after.record)),
    );
  }
}

/** Parts are small and plain, and are written in one order: their texts are alike when they are. */
function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** A service has a row as soon as anybody speaks of it. */
async function writeServices(
  place: WritePlace,
  changes: ReadonlyMap<string, EntryChange>,
  known: (key: string) => ViewEntry | undefined,
): Promise<void> {
  const spoken = new Map<string, ServiceEntries>();
  const changed = new Set<string>();
  const entryOf = (key: string): ViewEntry | undefined => changes.get(key)?.after ?? known(key);
  for (const [key, { before }] of changes) {
    const id = parseAggregateKey(key);
    if (id === undefined || !('service' in id)) continue;
    const { namespace, service, kind } = id;
    if (kind === 'instance' && before !== undefined) continue;
    const name = serviceId(namespace, service);
    if (kind !== 'instance') changed.add(name);
    const policy = entryOf(`${namespace}.service.${service}`) as ViewEntry<ServiceView> | undefined;
    const protection = entryOf(`${namespace}.protection.${service}`) as ViewEntry<ProtectionView> | undefined;
    spoken.set(name, {
      namespace,
      service,
      ...(policy === undefined ? {} : { policy }),
      ...(protection === undefined ? {} : { protection }),
    });
  }
  const rows = [...spoken].map(([name, entries]) => ({
    isChanged: changed.has(name),
    row: serviceRow(entries),
  }));
  await upsertRows(
    place,
    'services',
    ['namespace', 'service'],
    rows.filter(({ isChanged }) => isChanged).map(({ row }) => row),
  );
  await addRows(
    place,
    'services',
    rows.filter(({ isChanged }) => !isChanged).map(({ row }) => row),
  );
}

async function writeConfig(place: WritePlace, changes: ReadonlyMap<string, EntryChange>): Promise<void> {
  const values: object[] = [];
  const rules: object[] = [];
  for (const [key, { after }] of changes) {
    const names = configNames(parseAggregateKey(key));
    if (names === undefined) continue;
    if (names.kind === 'config') values.push(configRow(names, after));
    else rules.push(configRuleRow(names, after));
  }
  await upsertRows(place, 'config', ['namespace', 'application', 'key'], values);
  await upsertRows(place, 'config_rules', ['namespace', 'application', 'kind', 'name'], rules);
}

/**
 * Takes out what the view has forgotten: a day after it left, an instance is history, which the events keep.
 * What an operator laid over it for its return stays.
 */
export async function purgeTombstones({ transaction }: WritePlace, nowMs: number): Promise<void> {
  await sql`
    delete from instances
    where departure is not null and changed_at_ms < ${nowMs - limits.tombstoneMs}
      and override_status is null and override_weight is null
  `.execute(transaction);
}
