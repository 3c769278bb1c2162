import {
  type EffectiveStatus,
  type InstanceView,
  isName,
  type Protocol,
  protocols,
  statuses,
} from '#contracts';
import { isAddressOf, parseAddress, type WantedAddress } from './address.js';
import { itemsOf, type QueryInput, textOf, textsOf } from './input.js';
import { mistake } from './mistake.js';
import { routability, routableOf } from './routability.js';
import { meetsRequirement, parseSelector, type Requirement } from './selector.js';
import { parseVersionRange, type VersionRange } from './version-range.js';

/** Which instances somebody wants. What is absent is not asked for; everything that is there must hold. */
export interface InstanceFilter {
  readonly services?: readonly string[];
  readonly instances?: readonly string[];
  readonly version?: VersionRange;
  /** An instance must carry all of them. */
  readonly tags?: readonly string[];
  readonly zones?: readonly string[];
  readonly regions?: readonly string[];
  /** An instance must have an endpoint with one of them. */
  readonly protocols?: readonly Protocol[];
  readonly statuses?: readonly EffectiveStatus[];
  readonly addresses?: readonly WantedAddress[];
  readonly selector?: readonly Requirement[];
  /** True: those callers should be sent to. False: the others. */
  readonly routable?: boolean;
}

/** Names of the parameters `parseFilter` reads. */
export const filterParameters = [
  'service',
  'instance',
  'version',
  'tag',
  'zone',
  'region',
  'protocol',
  'status',
  'routable',
  'selector',
  'address',
] as const;

const effectiveStatuses: readonly string[] = [...statuses, 'suspect'];

/**
 * Reads a filter. Names, statuses, protocols and addresses may be lists with commas, of which one must hold;
 * `tag` and `selector` may be repeated, and all must hold.
 * @throws ROLLCALL_FILTER_INVALID naming the parameter and the character
 */
export function parseFilter(input: QueryInput): InstanceFilter {
  const names = (parameter: string): string[] | undefined => itemsOf(input, parameter, isName, 'a DNS label');
  const isProtocol = (item: string): boolean => (protocols as readonly string[]).includes(item);
  const isStatus = (item: string): boolean => effectiveStatuses.includes(item);
  const addresses = itemsOf(
    input,
    'address',
    (item) => parseAddress(item) !== undefined,
    'host, host:port or [ipv6]:port',
  );
  const version = textOf(input, 'version');
  return withoutAbsent({
    services: names('service'),
    instances: names('instance'),
    version: version === undefined ? undefined : parseVersionRange(version),
    tags: tagsOf(input),
    zones: names('zone'),
    regions: names('region'),
    protocols: itemsOf(input, 'protocol', isProtocol, `one of ${protocols.join(', ')}`) as
      Protocol[] | undefined,
    statuses: itemsOf(input, 'status', isStatus, `one of ${effectiveStatuses.join(', ')}`) as
      EffectiveStatus[] | undefined,
    addresses: addresses?.map((item) => parseAddress(item) as WantedAddress),
    selector: selectorOf(input),
    routable: routableChoice(input),
  });
}

/** Tags may hold any text, commas too, so each is a parameter of its own. */
function tagsOf(input: QueryInput): string[] | undefined {
  const tags = textsOf(input, 'tag');
  if (tags.includes('')) throw mistake('tag', '', 0, 'a tag');
  return tags.length === 0 ? undefined : tags;
}

function selectorOf(input: QueryInput): Requirement[] | undefined {
  const requirements = textsOf(input, 'selector').flatMap((text) => parseSelector(text));
  return requirements.length === 0 ? undefined : requirements;
}

/** A JSON question may say it as a boolean; `?routable` alone means yes. */
function routableChoice(input: QueryInput): boolean | undefined {
  if (typeof input['routable'] === 'boolean') return input['routable'];
  const text = textOf(input, 'routable');
  if (text === undefined) return undefined;
  if (text === 'true' || text === '') return true;
  if (text === 'false') return false;
  throw mistake('routable', text, 0, 'true or false');
}

function withoutAbsent(filter: {
  readonly [Name in keyof InstanceFilter]: InstanceFilter[Name] | undefined;
}): InstanceFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

type Test = (view: InstanceView) => boolean;

/** Everything a filter asks of one instance by itself: all but `routable`, which depends on its neighbours. */
export function compileFilter(filter: InstanceFilter): Test {
  const tests = testsOf(filter);
  return (view) => tests.every((test) => test(view));
}

function testsOf({
  services,
  instances,
  version,
  tags,
  zones,
  regions,
  protocols: wanted,
  ...rest
}: InstanceFilter): Test[] {
  const tests: Test[] = [];
  if (services !== undefined) tests.push(({ service }) => services.includes(service));
  if (instances !== undefined) tests.push(({ instance }) => instances.includes(instance));
  if (version !== undefined) tests.push((view) => version.includes(view.version));
  if (tags !== undefined) tests.push((view) => tags.every((tag) => view.tags.includes(tag)));
  if (zones !== undefined) tests.push(({ zone }) => zone !== undefined && zones.includes(zone));
  if (regions !== undefined) tests.push(({ region }) => region !== undefined && regions.includes(region));
  if (wanted !== undefined)
    tests.push(({ endpoints }) => endpoints.some(({ protocol }) => wanted.includes(protocol)));
  return [...tests, ...moreTestsOf(rest)];
}

function moreTestsOf({ statuses: wanted, addresses, selector }: InstanceFilter): Test[] {
  const tests: Test[] = [];
  if (wanted !== undefined) tests.push(({ status }) => wanted.includes(status));
  if (addresses !== undefined) {
    tests.push(({ endpoints }) =>
      endpoints.some((endpoint) => addresses.some((address) => isAddressOf(endpoint, address))),
    );
  }
  if (selector !== undefined) {
    tests.push(({ metadata }) => selector.every((requirement) => meetsRequirement(metadata, requirement)));
  }
  return tests;
}

/** Names of the parts of a filter that an instance does not meet, `routable` left out. */
export function refusingParts(view: InstanceView, filter: InstanceFilter): string[] {
  return Object.entries(filter)
    .filter(([part, wanted]) => !compileFilter({ [part]: wanted })(view))
    .map(([part]) => part);
}

/**
 * A filter for somebody who follows single changes and cannot see the neighbours: there `routable` keeps every
 * instance a caller may ever be sent to, the last resort included, and its status tells which it is.
 */
export function compileWatchFilter(filter: InstanceFilter): Test {
  const test = compileFilter(filter);
  if (filter.routable === undefined) return test;
  return (view) => test(view) && (routability(view) !== 'never') === filter.routable;
}

/** The instances a filter asks for, in the order they come in. */
export function filterInstances(views: Iterable<InstanceView>, filter: InstanceFilter): InstanceView[] {
  const test = compileFilter(filter);
  const found = [...views].filter(test);
  if (filter.routable === undefined) return found;
  const routable = routableOf(found);
  if (filter.routable) return routable;
  const chosen = new Set(routable);
  return found.filter((view) => !chosen.has(view));
}
