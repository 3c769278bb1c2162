import type { InstanceRecord } from '#contracts';

/** Fields of a registered instance that may change while it runs. */
export const changeableFields = [
  'version',
  'status',
  'endpoints',
  'zone',
  'region',
  'weight',
  'tags',
  'metadata',
  'leaseMs',
  'heartbeatMs',
  'healthCheck',
] as const satisfies readonly (keyof InstanceRecord)[];

type ChangeableField = (typeof changeableFields)[number];

/** New values by field; null takes a field, or one key of the metadata, away. Absent fields stay. */
export type InstanceChange = { readonly [Field in ChangeableField]?: unknown };

/**
 * The record with a change merged into it (JSON Merge Patch, RFC 7396, over the changeable fields). The result need
 * not be valid: whoever writes it checks it.
 */
export function mergeInstance(record: InstanceRecord, change: InstanceChange): InstanceRecord {
  const merged: Record<string, unknown> = { ...record };
  for (const field of changeableFields) {
    const value = change[field];
    if (value === undefined) continue;
    if (value === null) delete merged[field];
    else merged[field] = field === 'metadata' ? mergeKeys(record.metadata, value) : value;
  }
  return merged as unknown as InstanceRecord;
}

function mergeKeys(held: Readonly<Record<string, string>> = {}, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const merged = new Map<string, unknown>(Object.entries(held));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}
