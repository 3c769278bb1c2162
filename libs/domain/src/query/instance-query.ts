import type { InstanceView } from '#contracts';
import { chooseFields, type FieldChoice, parseFields } from './fields.js';
import { filterInstances, filterParameters, type InstanceFilter, parseFilter } from './filter.js';
import { checkParameters, type QueryInput } from './input.js';
import { type Page, parsePage, writeCursor } from './page.js';
import { compareValues, parseSort, type SortKey, sortValues } from './sort.js';

/** A question about instances: which, in what order, how many at once, and what of each. */
export interface InstanceQuery {
  readonly filter: InstanceFilter;
  readonly sort: readonly SortKey[];
  readonly page: Page;
  /** Absent: every field. */
  readonly fields?: readonly FieldChoice[];
}

export interface InstancePage {
  readonly items: readonly Partial<InstanceView>[];
  /** How many the filter finds, on all pages. */
  readonly total: number;
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** Names of the parameters `parseInstanceQuery` reads. */
export const queryParameters = [...filterParameters, 'sort', 'fields', 'limit', 'cursor'] as const;

/**
 * Reads a question. Parameters the caller reads itself must be taken out before.
 * @throws ROLLCALL_FILTER_INVALID, ROLLCALL_CURSOR_INVALID
 */
export function parseInstanceQuery(input: QueryInput): InstanceQuery {
  checkParameters(input, queryParameters);
  const filter = parseFilter(input);
  const sort = parseSort(input);
  const page = parsePage(input, sort);
  const fields = parseFields(input);
  return { filter, sort, page, ...(fields === undefined ? {} : { fields }) };
}

/** Answers a question from the instances there are. */
export function runInstanceQuery(views: Iterable<InstanceView>, query: InstanceQuery): InstancePage {
  const { filter, sort, page, fields } = query;
  const found = filterInstances(views, filter).map((view) => ({ view, values: sortValues(view, sort) }));
  found.sort((left, right) => compareValues(left.values, right.values, sort));
  const { after, limit } = page;
  const start =
    after === undefined ? 0 : firstBehind(found, (values) => compareValues(values, after, sort) > 0);
  const shown = found.slice(start, start + limit);
  const last = shown.at(-1);
  const isLast = start + limit >= found.length || last === undefined;
  return {
    items: shown.map(({ view }) => (fields === undefined ? view : chooseFields(view, fields))),
    total: found.length,
    ...(isLast ? {} : { next: writeCursor(last.values, sort) }),
  };
}

/** Index of the first item the test holds for, in a list where it holds from some index on. */
function firstBehind<Item extends { readonly values: readonly (string | number)[] }>(
  items: readonly Item[],
  isBehind: (values: Item['values']) => boolean,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind((items[middle] as Item).values)) high = middle;
    else low = middle + 1;
  }
  return low;
}
