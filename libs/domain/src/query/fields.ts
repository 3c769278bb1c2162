import { type InstanceView, limits } from '#contracts';
import { type QueryInput, splitAt, textOf } from './input.js';
import { mistake } from './mistake.js';

/** One field to show: a name, or a name and what is wanted below it. */
export interface FieldChoice {
  readonly field: string;
  readonly below?: string;
}

/** Every field of a view, and what may be asked for below it: nothing, some names, or any key. */
const fieldsBelow: Readonly<Record<keyof Required<InstanceView>, 'nothing' | 'any' | readonly string[]>> = {
  namespace: 'nothing',
  service: 'nothing',
  instance: 'nothing',
  incarnation: 'nothing',
  version: 'nothing',
  status: 'nothing',
  endpoints: ['name', 'protocol', 'address', 'port', 'path', 'subject'],
  zone: 'nothing',
  region: 'nothing',
  weight: 'nothing',
  tags: 'nothing',
  metadata: 'any',
  leaseMs: 'nothing',
  heartbeatMs: 'nothing',
  healthCheck: 'nothing',
  startedAt: 'nothing',
  reported: ['status', 'weight'],
  override: ['sequence', 'at', 'status', 'weight', 'evictedIncarnation', 'actor', 'reason'],
  verdict: ['sequence', 'at', 'incarnation', 'state', 'evidence'],
  departure: 'nothing',
  left: 'nothing',
  registeredAt: 'nothing',
  registeredSequence: 'nothing',
  revision: 'nothing',
};

const choosableFields = Object.keys(fieldsBelow);

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
    if (!isField(field)) throw mistake('fields', text, at, `one of ${choosableFields.join(', ')}`);
    if (dot === -1) return { field };
    const below = item.slice(dot + 1);
    if (!mayStandBelow(field, below)) throw mistake('fields', text, at + dot, expectedBelow(field));
    return { field, below };
  });
  if (choices.length <= limits.queryTermsMax) return choices;
  throw mistake('fields', text, text.length, `at most ${limits.queryTermsMax} fields`);
}

function isField(name: string): name is keyof InstanceView {
  return Object.hasOwn(fieldsBelow, name);
}

function mayStandBelow(field: keyof InstanceView, below: string): boolean {
  const names = fieldsBelow[field];
  return names === 'any' ? below !== '' : names !== 'nothing' && names.includes(below);
}

function expectedBelow(field: keyof InstanceView): string {
  const names = fieldsBelow[field];
  if (names === 'nothing') return `"," or the end: "${field}" has no fields`;
  return names === 'any' ? 'a key' : `one of ${names.map((name) => `.${name}`).join(', ')}`;
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
