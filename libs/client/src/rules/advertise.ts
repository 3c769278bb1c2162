import { limits, quote, RollcallError } from '#contracts';
import { type Environment, setting } from './environment.js';

/** One address of this machine, as `os.networkInterfaces()` tells it. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly internal: boolean;
}

/** Everything the choice looks at. Facts come in as data, so that the rule is the same everywhere. */
export interface AdvertiseFacts {
  /** What the code says; wins over everything. */
  readonly explicit?: { readonly address?: string | undefined; readonly port?: number | undefined };
  /** ROLLCALL_ADVERTISE_ADDRESS and ROLLCALL_ADVERTISE_PORT: for containers with mapped ports, and for NAT. */
  readonly env?: Environment | undefined;
  /** Where the server really listens. */
  readonly listening?: { readonly host?: string | undefined; readonly port?: number | undefined };
  /** Local address of the way to the broker. A broker on loopback makes it a loopback address. */
  readonly routeToBroker?: string | undefined;
  readonly interfaces?: readonly InterfaceAddress[];
}

export type AddressRule =
  'option' | 'environment' | 'listening' | 'route-to-broker' | 'interface' | 'loopback';

/** The address others are told, and which rule chose it. */
export interface AdvertisedAddress {
  readonly address: string;
  readonly rule: AddressRule;
}

/** The address others are told: the first of these that is known (docs/guides/sdk.md). */
export function chooseAddress(facts: AdvertiseFacts): AdvertisedAddress {
  const candidates: [AddressRule, string | undefined][] = [
    ['option', facts.explicit?.address],
    ['environment', setting(facts.env, 'ROLLCALL_ADVERTISE_ADDRESS')],
    ['listening', hostUnlessWildcard(facts.listening?.host)],
    ['route-to-broker', facts.routeToBroker],
    ['interface', firstInterface(facts.interfaces ?? [])],
  ];
  for (const [rule, address] of candidates) {
    if (address !== undefined && address !== '') return { address: unmapped(address), rule };
  }
  return { address: '127.0.0.1', rule: 'loopback' };
}

/**
 * The port others are told: option, ROLLCALL_ADVERTISE_PORT, the port listened on; undefined when none is known.
 * @throws ROLLCALL_SETTINGS_INVALID
 */
export function choosePort({ explicit, env, listening }: AdvertiseFacts): number | undefined {
  if (explicit?.port !== undefined) return explicit.port;
  const text = setting(env, 'ROLLCALL_ADVERTISE_PORT');
  if (text === undefined) return listening?.port;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= limits.portMax) return port;
  throw new RollcallError(
    'ROLLCALL_SETTINGS_INVALID',
    `ROLLCALL_ADVERTISE_PORT is ${quote(text)}, allowed is 1 to ${limits.portMax}`,
  );
}

const wildcards = new Set(['', '*', '0.0.0.0', '::', '::0', '[::]', '::ffff:0.0.0.0']);

function hostUnlessWildcard(host: string | undefined): string | undefined {
  return host === undefined || wildcards.has(host) ? undefined : host;
}

/** An IPv4 address in IPv6 clothes is an IPv4 address, and brackets belong to URLs. */
function unmapped(address: string): string {
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
}

/**
 * The first IPv4 address that is not loopback. Ordered by interface name and address, link-local ones last, so
 * that the same machine always gives the same answer.
 */
function firstInterface(interfaces: readonly InterfaceAddress[]): string | undefined {
  const usable = interfaces.filter(({ family, internal }) => family === 'IPv4' && !internal);
  const rank = ({ address }: InterfaceAddress): number => (address.startsWith('169.254.') ? 1 : 0);
  const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return usable.toSorted(
    (left, right) =>
      rank(left) - rank(right) ||
      compare(left.interfaceName, right.interfaceName) ||
      compare(left.address, right.address),
  )[0]?.address;
}
