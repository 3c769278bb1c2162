import { type InstanceView, limits } from '#contracts';
import { type QueryInput, splitAt, textOf } from './input.js';
import { mistake } from './mistake.js';

/** One field to show: a name, or a name and what is wanted below it. */
export interface FieldChoice {
  readonly field: string;
  readonly below?: string;
}

const scalarFields = [
  'namespace',
  'service',
  'instance',
  'incarnation',
  'version',
  'status',
  'zone',
  'region',
  'weight',
  'leaseMs',
  'heartbeatMs',
  'startedAt',
  'tags',
  'registeredAt',
  'registeredSequence',
  'revision',
  'departure',
  'left',
] as const;

/** Fields that can be entered, and what may be asked for below them; undefined: any key. */
const treeFields: Readonly<Record<string, readonly string[] | undefined>> = {
  endpoints: ['name', 'protocol', 'address', 'port', 'path', 'subject'],
  metadata: undefined,
  reported: ['status', 'weight'],
  override: ['sequence', 'at', 'status', 'weight', 'evictedIncarnation', 'actor', 'reason'],
  verdict: ['sequence', 'at', 'incarnation', 'state', 'evidence'],
};

const choosableFields: readonly string[] = [...scalarFields, ...Object.keys(treeFields)];

/**
 * Reads `fields=instance,endpoints.address,metadata.team`; undefined means every field.
 * @throws ROLLCALL_FILTER_INVALID naming the character
 */
export function parseFields(input: QueryInput): FieldChoice[] | undefined {
  const text = textOf(input, 'fields');
  if (text === undefined) return undefined;
  const choices = splitAt(text, ',').map(({ item, at }) => {
    const dot = item.indexOf('.');
    const field = dot === -1 ? item : item.slice(0, dot);
    if (!choosableFields.includes(field))
      throw mistake('fields', text, at, `one of ${choosableFields.join(', ')}`);
    if (dot === -1) return { field };
    const below = item.slice(dot + 1);
    if (!mayStandBelow(field, below)) throw mistake('fields', text, at + dot, expectedBelow(field));
    return { field, below };
  });
  if (choices.length <= limits.queryTermsMax) return choices;
  throw mistake('fields', text, text.length, `at most ${limits.queryTermsMax} fields`);
}

function mayStandBelow(field: string, below: string): boolean {
  if (!Object.hasOwn(treeFields, field)) return false;
  return treeFields[field]?.includes(below) ?? below !== '';
}

function expectedBelow(field: string): string {
  if (!Object.hasOwn(treeFields, field)) return `"," or the end: "${field}" has no fields`;
  return treeFields[field] === undefined
    ? 'a key'
    : `one of ${treeFields[field].map((name) => `.${name}`).join(', ')}`;
}

type Tree = Record<string, unknown>;

/** The chosen fields of an instance. What it does not have is left out. */
export function chooseFields(view: InstanceView, choices: readonly FieldChoice[]): Partial<InstanceView> {
  const chosen: Tree = {};
  const whole = view as unknown as Tree;
  for (const { field } of choices) {
    if (whole[field] === undefined || field in chosen) continue;
    const below = choices.filter((choice) => choice.field === field).map((choice) => choice.below);
    chosen[field] = below.includes(undefined) ? whole[field] : pickBelow(whole[field], below as string[]);
  }
  return chosen;
}

function pickBelow(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => pickBelow(item, names));
  const tree = value as Tree;
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(tree, name)).map((name) => [name, tree[name]]),
  );
}
