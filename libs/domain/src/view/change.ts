import type { ViewRecord } from '#contracts';
import { isPresent, type ViewEntry } from './entry.js';

/** What consumers are told: the entry, how it differs from what they knew, and which fields differ. */
export function describeChange(before: ViewEntry | undefined, after: ViewEntry): ViewRecord {
  const was = isPresent(before);
  const is = isPresent(after);
  return {
    change: is ? (was ? 'updated' : 'added') : 'removed',
    sequence: after.sequence,
    at: after.at,
    cause: after.cause,
    changed: was && before !== undefined ? changedPaths(before.record, after.record) : [],
    record: after.record,
  };
}

/** Paths of the leaves that differ, sorted, e.g. `endpoints.0.port`. Bookkeeping fields are left out. */
export function changedPaths(before: object, after: object): string[] {
  const paths: string[] = [];
  collect(before, after, '', paths);
  return paths.filter((path) => path !== 'revision' && !path.startsWith('registered')).sort();
}

function collect(before: unknown, after: unknown, path: string, into: string[]): void {
  if (Object.is(before, after)) return;
  if (!isTree(before) || !isTree(after)) {
    into.push(path);
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = path === '' ? key : `${path}.${key}`;
    collect(before[key], after[key], at, into);
  }
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
