import { sql } from 'kysely';
import type { AggregateId } from '#contracts';
import { configNames, ruleKind, ruleName } from '../rows/config-rows.js';
import { rowSource } from '../write/row-source.js';
import type { LoadPlace, PutEntry } from './load-place.js';

/** The names of a row of `config` (with kind '') or `config_rules`. */
interface RowNames {
  readonly namespace: string;
  readonly application: string;
  readonly kind: string;
  readonly name: string;
}

type FoundRow = RowNames & { readonly entry: string };

const idOf = ({ namespace, application, kind, name }: RowNames): string =>
  [namespace, application, kind, name].join(' ');

/** The entries of everything that is about config. */
export async function loadConfig(
  place: LoadPlace,
  ids: readonly AggregateId[],
  put: PutEntry,
): Promise<void> {
  const wanted = new Map<string, AggregateId>();
  const values: RowNames[] = [];
  const rules: RowNames[] = [];
  for (const id of ids) {
    const names = configNames(id);
    if (names === undefined) continue;
    const isValue = names.kind === 'config';
    const row = { ...names, kind: isValue ? '' : ruleKind(names), name: ruleName(names) };
    wanted.set(idOf(row), id);
    (isValue ? values : rules).push(row);
  }
  const found = [...(await loadValues(place, values)), ...(await loadRules(place, rules))];
  for (const { entry, ...names } of found) {
    const id = wanted.get(idOf(names));
    if (id !== undefined) put(id, entry);
  }
}

async function loadValues({ kysely, dialect }: LoadPlace, wanted: readonly RowNames[]): Promise<FoundRow[]> {
  if (wanted.length === 0) return [];
  const keys = wanted.map(({ namespace, application, name }) => ({ namespace, application, key: name }));
  const source = rowSource(dialect, 'config', ['namespace', 'application', 'key'], keys);
  const found = await sql<FoundRow>`
    select namespace, application, '' as kind, key as name, entry from config
    where (namespace, application, key) in (select namespace, application, key from ${source})
  `.execute(kysely);
  return found.rows;
}

async function loadRules({ kysely, dialect }: LoadPlace, wanted: readonly RowNames[]): Promise<FoundRow[]> {
  if (wanted.length === 0) return [];
  const source = rowSource(dialect, 'config_rules', ['namespace', 'application', 'kind', 'name'], wanted);
  const found = await sql<FoundRow>`
    select namespace, application, kind, name, entry from config_rules
    where (namespace, application, kind, name) in (select namespace, application, kind, name from ${source})
  `.execute(kysely);
  return found.rows;
}
