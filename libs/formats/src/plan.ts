import type { Mistake } from './content/place.js';
import { contentMistake } from './content/content.js';
import type { Content, DocumentEntry } from './document/document.js';

export type PlannedKind = 'added' | 'changed' | 'removed' | 'unchanged';

/** What an import would do to one key. */
export interface PlannedChange {
  readonly kind: PlannedKind;
  readonly key: string;
  readonly before?: Content;
  readonly after?: Content;
}

export interface PlanOptions {
  /** Keys the file does not name are deleted. Default: they stay. */
  readonly prune?: boolean;
}

/**
 * What an import would do, key by key in their order, or the mistakes that stand in its way: a value for a key
 * that has a content type already must be well-formed in that type.
 */
export function planImport(
  current: ReadonlyMap<string, Content>,
  entries: readonly DocumentEntry[],
  { prune = false }: PlanOptions = {},
): { readonly changes: readonly PlannedChange[]; readonly mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  const named = new Set(entries.map(({ key }) => key));
  const changes = entries.map(({ key, value, contentType, line }): PlannedChange => {
    const before = current.get(key);
    const after = { contentType: contentType ?? before?.contentType ?? 'text', value };
    const mistake = after.contentType === 'secret' ? undefined : contentMistake(after.contentType, value);
    if (mistake !== undefined) {
      mistakes.push({ line, column: 1, what: `${key} is no ${after.contentType}: ${mistake.what}` });
    }
    if (before === undefined) return { kind: 'added', key, after };
    const isSame = before.value === after.value && before.contentType === after.contentType;
    return { kind: isSame ? 'unchanged' : 'changed', key, before, after };
  });
  if (prune) {
    for (const [key, before] of current) if (!named.has(key)) changes.push({ kind: 'removed', key, before });
  }
  return { changes: changes.sort((left, right) => (left.key < right.key ? -1 : 1)), mistakes };
}
