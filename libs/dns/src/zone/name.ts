import { isName, isRollcallError } from '#contracts';
import { parseVersionRange, type VersionRange } from '#domain';

/** What the labels before a service ask for. All in lower case: DNS does not know case. */
export interface LabelFilter {
  readonly version?: VersionRange;
  readonly zone?: string;
  readonly tags: readonly string[];
  /** `_http._tcp`: endpoints of this name or protocol. */
  readonly endpoint?: { readonly name: string; readonly transport: 'tcp' | 'udp' };
}

/** What a name of the zone stands for. */
export type Asked =
  /** Not below our zone. */
  | { readonly kind: 'outside' }
  /** In the zone, and can never be a name of it. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'apex' }
  | { readonly kind: 'name-server' }
  /** Names exist below it, nothing stands on it. `namespace` and `service` must exist where they are named. */
  | { readonly kind: 'branch'; readonly namespace?: string; readonly service?: string }
  | {
      readonly kind: 'service';
      readonly namespace: string;
      readonly service: string;
      readonly filter: LabelFilter;
    }
  | {
      readonly kind: 'instance';
      readonly namespace: string;
      readonly service: string;
      readonly instance: string;
    }
  | { readonly kind: 'address'; readonly hex: string };

const outside = { kind: 'outside' } as const;
const nothing = { kind: 'nothing' } as const;
const branch = { kind: 'branch' } as const;

/**
 * Reads a name:
 * ```
 * payments.default.service.rollcall                  the service
 * _http._tcp.payments.default.service.rollcall       one kind of endpoint of it
 * 1.4.version.payments.default.service.rollcall      filters, in any order:
 * canary.tag.eu-1.zone.payments.default.service.rollcall
 * payments-1.payments.default.instance.rollcall      one instance
 * 0a000007.addr.rollcall                             an address, for endpoints that have none of their own name
 * ```
 * @param zone lower case, without a final dot
 */
export function parseName(name: string, zone: string): Asked {
  const lower = name.toLowerCase();
  if (lower === zone) return { kind: 'apex' };
  if (!lower.endsWith(`.${zone}`)) return outside;
  const labels = lower.slice(0, -zone.length - 1).split('.');
  const root = labels.pop();
  if (root === 'ns') return labels.length === 0 ? { kind: 'name-server' } : nothing;
  if (root === 'addr') return parseAddressName(labels);
  if (root === 'instance') return parseInstanceName(labels);
  return root === 'service' ? parseServiceName(labels) : nothing;
}

function parseAddressName(labels: readonly string[]): Asked {
  const [hex] = labels;
  if (hex === undefined) return branch;
  return labels.length === 1 && /^([0-9a-f]{8}|[0-9a-f]{32})$/.test(hex) ? { kind: 'address', hex } : nothing;
}

function parseInstanceName(labels: readonly string[]): Asked {
  const [namespace, service, instance, ...more] = labels.toReversed();
  if (more.length > 0 || !labels.every(isName)) return nothing;
  if (namespace === undefined) return branch;
  if (service === undefined) return { kind: 'branch', namespace };
  if (instance === undefined) return { kind: 'branch', namespace, service };
  return { kind: 'instance', namespace, service, instance };
}

function parseServiceName(labels: string[]): Asked {
  const namespace = labels.pop();
  const service = labels.pop();
  if (namespace === undefined) return branch;
  if (!isName(namespace)) return nothing;
  if (service === undefined) return { kind: 'branch', namespace };
  if (!isName(service)) return nothing;
  const filter = parseFilterLabels(labels);
  if (filter === 'nothing') return nothing;
  return filter === 'branch'
    ? { kind: 'branch', namespace, service }
    : { kind: 'service', namespace, service, filter };
}

const keywords = new Set(['version', 'zone', 'tag']);

/** Reads from the service outwards: a keyword, then its value on the left of it. */
function parseFilterLabels(labels: string[]): LabelFilter | 'branch' | 'nothing' {
  let found: LabelFilter = { tags: [] };
  for (let label = labels.pop(); label !== undefined; label = labels.pop()) {
    const next: LabelFilter | 'branch' | 'nothing' = label.startsWith('_')
      ? withEndpoint(found, label, labels)
      : withKeyword(found, label, labels);
    if (typeof next === 'string') return next;
    found = next;
  }
  return found;
}

/** `_http._tcp` stands outermost. */
function withEndpoint(
  filter: LabelFilter,
  transport: string,
  rest: string[],
): LabelFilter | 'branch' | 'nothing' {
  if (transport !== '_tcp' && transport !== '_udp') return 'nothing';
  const name = rest.pop();
  if (name === undefined) return 'branch';
  if (rest.length > 0 || !name.startsWith('_') || !isName(name.slice(1))) return 'nothing';
  return { ...filter, endpoint: { name: name.slice(1), transport: transport === '_tcp' ? 'tcp' : 'udp' } };
}

function withKeyword(
  filter: LabelFilter,
  keyword: string,
  rest: string[],
): LabelFilter | 'branch' | 'nothing' {
  if (!keywords.has(keyword)) return 'nothing';
  if (rest.length === 0) return 'branch';
  if (keyword === 'zone') {
    const zone = rest.pop();
    return isName(zone) && filter.zone === undefined ? { ...filter, zone } : 'nothing';
  }
  const value = takeValue(rest);
  if (value === '') return 'nothing';
  if (keyword === 'tag') return { ...filter, tags: [...filter.tags, value] };
  const version = rangeOf(value);
  return version === undefined || filter.version !== undefined ? 'nothing' : { ...filter, version };
}

/** A value may have dots and so be several labels: up to the next keyword, but at least one. */
function takeValue(rest: string[]): string {
  const value: string[] = [];
  for (let label = rest.at(-1); label !== undefined; label = rest.at(-1)) {
    if (label.startsWith('_') || (value.length > 0 && keywords.has(label))) break;
    value.unshift(label);
    rest.pop();
  }
  return value.join('.');
}

function rangeOf(text: string): VersionRange | undefined {
  try {
    return parseVersionRange(text);
  } catch (error) {
    if (isRollcallError(error)) return undefined;
    throw error;
  }
}
