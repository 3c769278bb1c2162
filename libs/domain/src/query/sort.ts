import semver from 'semver';
import { type InstanceView, limits } from '#contracts';
import { type QueryInput, splitAt, textOf } from './input.js';
import { mistake } from './mistake.js';

/** One field to sort by. */
export interface SortKey {
  readonly field: SortField;
  readonly descending: boolean;
}

export type SortValue = string | number;

const sortValue = {
  namespace: (view: InstanceView) => view.namespace,
  service: (view: InstanceView) => view.service,
  instance: (view: InstanceView) => view.instance,
  version: (view: InstanceView) => view.version,
  status: (view: InstanceView) => view.status,
  zone: (view: InstanceView) => view.zone ?? '',
  region: (view: InstanceView) => view.region ?? '',
  weight: (view: InstanceView) => view.weight,
  incarnation: (view: InstanceView) => view.incarnation,
  revision: (view: InstanceView) => view.revision,
  registeredAt: (view: InstanceView) => view.registeredAt,
} satisfies Record<string, (view: InstanceView) => SortValue>;

export type SortField = keyof typeof sortValue;

const numericFields: ReadonlySet<string> = new Set<SortField>(['weight', 'incarnation', 'revision']);

export const sortFields = Object.keys(sortValue) as SortField[];

/** Behind whatever is asked for, so that no two instances are equal and a page can begin behind any of them. */
const identity: readonly SortKey[] = (['namespace', 'service', 'instance'] as const).map((field) => ({
  field,
  descending: false,
}));

/**
 * Reads `sort=zone,-weight`; a minus turns a field round. Without it: by service, then by instance.
 * @throws ROLLCALL_FILTER_INVALID naming the character
 */
export function parseSort(input: QueryInput): SortKey[] {
  const text = textOf(input, 'sort');
  if (text === undefined) return [...identity];
  const keys: SortKey[] = [];
  for (const { item, at } of splitAt(text, ',')) {
    const descending = item.startsWith('-');
    const field = descending ? item.slice(1) : item;
    if (!Object.hasOwn(sortValue, field)) throw mistake('sort', text, at, `one of ${sortFields.join(', ')}`);
    if (keys.length >= limits.sortFieldsMax) {
      throw mistake('sort', text, at, `its end: at most ${limits.sortFieldsMax} fields are allowed`);
    }
    keys.push({ field: field as SortField, descending });
  }
  return [...keys, ...identity.filter(({ field }) => !keys.some((key) => key.field === field))];
}

/** The order in words, as `parseSort` reads it. */
export function sortText(sort: readonly SortKey[]): string {
  return sort.map(({ field, descending }) => (descending ? `-${field}` : field)).join(',');
}

/** What an instance is sorted by. */
export function sortValues(view: InstanceView, sort: readonly SortKey[]): SortValue[] {
  return sort.map(({ field }) => sortValue[field](view));
}

/** Whether a value from outside can be compared with the values of a field. */
export function isSortValue(value: unknown, field: SortField): value is SortValue {
  if (numericFields.has(field)) return typeof value === 'number';
  return typeof value === 'string' && (field !== 'version' || semver.valid(value) !== null);
}

/** Orders the values of two instances: versions by precedence, numbers by size, texts by code unit. */
export function compareValues(
  left: readonly SortValue[],
  right: readonly SortValue[],
  sort: readonly SortKey[],
): number {
  for (const [index, { field, descending }] of sort.entries()) {
    const order = compareOne(left[index] as SortValue, right[index] as SortValue, field);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function compareOne(left: SortValue, right: SortValue, field: SortField): number {
  if (left === right) return 0;
  if (field === 'version') return semver.compareBuild(String(left), String(right)) || (left < right ? -1 : 1);
  return left < right ? -1 : 1;
}
