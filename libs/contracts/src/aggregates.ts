import { APPLICATION_PATTERN, APPLICATION_SCHEMA_KEY } from './config/words.js';
import { CONFIG_KEY_PATTERN, isName } from './names.js';

/** One aggregate: what one class of writer says about one thing. One aggregate has one subject. */
export type AggregateId =
  InstanceAggregateId | ServiceAggregateId | ConfigAggregateId | ConfigScheduleAggregateId | UndoAggregateId;

/** `instance` is written by the service, `override` by operators, `verdict` by the watchman. */
export interface InstanceAggregateId {
  readonly kind: 'instance' | 'override' | 'verdict';
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}

/** `service` holds policy; `protection` is the mass-expiry protection of that service. */
export interface ServiceAggregateId {
  readonly kind: 'service' | 'protection';
  readonly namespace: string;
  readonly service: string;
}

/**
 * What is about one config key: its value, its overrides by label, the schema of its values, its gray release, and
 * how its last change came to the instances. The key of a `config-schema` may be `=application`.
 */
export interface ConfigAggregateId {
  readonly kind: 'config' | 'config-override' | 'config-schema' | 'config-gray' | 'config-rollout';
  readonly namespace: string;
  readonly application: string;
  readonly key: string;
}

/** A change of one application's config that waits for its time. */
export interface ConfigScheduleAggregateId {
  readonly kind: 'config-schedule';
  readonly namespace: string;
  readonly application: string;
  readonly schedule: string;
}

/** A plan to undo events: when it was started and finished. The view shows nothing of it. */
export interface UndoAggregateId {
  readonly kind: 'undo';
  readonly namespace: string;
  readonly plan: string;
}

const instanceKinds = new Set<string>(['instance', 'override', 'verdict']);
const serviceKinds = new Set<string>(['service', 'protection']);
const configKinds = new Set<string>([
  'config',
  'config-override',
  'config-schema',
  'config-gray',
  'config-rollout',
]);

/**
 * The key of an aggregate: the part that its journal subject, its view key and its discovery subject share,
 * e.g. `default.instance.orders.orders-1`. In a config key `.` is written `/`, because a dot parts tokens.
 */
export function aggregateKey(id: AggregateId): string {
  // Joined for the same reason as an incarnation's key: nobody has more of them.
  if ('instance' in id) return [id.namespace, id.kind, id.service, id.instance].join('.');
  if ('service' in id) return `${id.namespace}.${id.kind}.${id.service}`;
  if ('plan' in id) return `${id.namespace}.${id.kind}.${id.plan}`;
  const last = id.kind === 'config-schedule' ? id.schedule : id.key.replaceAll('.', '/');
  return `${id.namespace}.${id.kind}.${id.application}.${last}`;
}

/** How many parsed keys are remembered. A journal has many events and few keys. */
const PARSED_KEYS_MAX = 16_384;
const parsedKeys = new Map<string, AggregateId>();

/** The aggregate behind a key, or undefined when the key is none of ours. The same key gives the same object. */
export function parseAggregateKey(key: string): AggregateId | undefined {
  const known = parsedKeys.get(key);
  if (known !== undefined) return known;
  const parsed = parseKey(key);
  if (parsed === undefined) return undefined;
  if (parsedKeys.size >= PARSED_KEYS_MAX) parsedKeys.clear();
  parsedKeys.set(key, Object.freeze(parsed));
  return parsed;
}

function parseKey(key: string): AggregateId | undefined {
  const tokens = key.split('.');
  const [namespace, kind, first, second] = tokens as [string, string, string, string];
  if (!isName(namespace) || kind === undefined || first === undefined) return undefined;
  if (tokens.length === 3) return isName(first) ? parseShort(namespace, kind, first) : undefined;
  if (tokens.length !== 4 || second === undefined) return undefined;
  if (instanceKinds.has(kind)) {
    if (!isName(first) || !isName(second)) return undefined;
    return { kind: kind as InstanceAggregateId['kind'], namespace, service: first, instance: second };
  }
  return APPLICATION_PATTERN.test(first) ? parseConfig(namespace, kind, first, second) : undefined;
}

function parseShort(namespace: string, kind: string, name: string): AggregateId | undefined {
  if (kind === 'undo') return { kind, namespace, plan: name };
  const isAboutService = serviceKinds.has(kind);
  return isAboutService ? { kind: kind as ServiceAggregateId['kind'], namespace, service: name } : undefined;
}

function parseConfig(
  namespace: string,
  kind: string,
  application: string,
  token: string,
): AggregateId | undefined {
  if (kind === 'config-schedule') {
    return isName(token) ? { kind, namespace, application, schedule: token } : undefined;
  }
  if (!configKinds.has(kind)) return undefined;
  const key = token.replaceAll('/', '.');
  const isKey = CONFIG_KEY_PATTERN.test(key) || (kind === 'config-schema' && key === APPLICATION_SCHEMA_KEY);
  return isKey ? { kind: kind as ConfigAggregateId['kind'], namespace, application, key } : undefined;
}

/** A process that calls others. */
export interface CallerId {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}
