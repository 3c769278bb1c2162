import type { Cause } from '#contracts';
import { changedPaths } from '../view/change.js';
import { isPresent, type ViewEntry } from '../view/entry.js';

/** One field that is not what it was. Absent values are left out. */
export interface FieldDifference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** One key that is not what it was. */
export interface ViewDifference {
  readonly key: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What differs of something that was there before and after. */
  readonly fields: readonly FieldDifference[];
  /** The newest event that made it so: its place, its time, who and why. */
  readonly sequence: number;
  readonly at: string;
  readonly cause: Cause;
}

type Entries = ReadonlyMap<string, ViewEntry>;

/** How one view differs from an earlier one, by key. What came and went in between leaves no difference. */
export function diffViews(before: Entries, after: Entries): ViewDifference[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return keys
    .map((key) => diffEntry(key, before.get(key), after.get(key)))
    .filter((difference) => difference !== undefined);
}

function diffEntry(
  key: string,
  before: ViewEntry | undefined,
  after: ViewEntry | undefined,
): ViewDifference | undefined {
  const was = isPresent(before) ? before : undefined;
  const is = isPresent(after) ? after : undefined;
  // An entry is never taken away, only marked as departed: what is not there now was never there.
  if (after === undefined || (was === undefined && is === undefined)) return undefined;
  const { sequence, at, cause } = after;
  if (is === undefined) return { key, kind: 'removed', fields: [], sequence, at, cause };
  if (was === undefined) return { key, kind: 'added', fields: [], sequence, at, cause };
  const fields = changedPaths(was.record, is.record).map((path) => fieldAt(path, was.record, is.record));
  return fields.length === 0 ? undefined : { key, kind: 'changed', fields, sequence, at, cause };
}

function fieldAt(path: string, was: object, is: object): FieldDifference {
  const [before, after] = [valueAt(was, path), valueAt(is, path)];
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

/** Names of fields hold dots too (`metadata.app.kubernetes.io/name`), so the longest name that is there is taken. */
function valueAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const tree = value as Record<string, unknown>;
  if (Object.hasOwn(tree, path)) return tree[path];
  for (let end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1)) {
    const name = path.slice(0, end);
    if (Object.hasOwn(tree, name)) return valueAt(tree[name], path.slice(end + 1));
  }
  return undefined;
}
