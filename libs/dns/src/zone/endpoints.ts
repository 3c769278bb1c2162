import type { InstanceView, Protocol } from '#contracts';
import { ipBytes, toHex } from './ip.js';
import type { LabelFilter } from './name.js';
import type { AddressData } from './record.js';

/** An endpoint that is reached by address and port, as DNS tells it. */
export interface NetworkEndpoint {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Name a service record points to, without the zone when `isOurs`. */
  readonly target: string;
  readonly isOurs: boolean;
  /** The address, where it is an IP address and not a host name. */
  readonly address?: AddressData;
}

/** What DNS tells of an instance, worked out once: a view is never changed, only replaced. */
const known = new WeakMap<InstanceView, readonly NetworkEndpoint[]>();

/** The endpoints of an instance that DNS can tell of, all or those asked for. */
export function networkEndpoints(
  view: InstanceView,
  wanted?: LabelFilter['endpoint'],
): readonly NetworkEndpoint[] {
  let endpoints = known.get(view);
  if (endpoints === undefined) {
    endpoints = readEndpoints(view);
    known.set(view, endpoints);
  }
  if (wanted === undefined) return endpoints;
  const carried = endpoints.filter(
    ({ protocol }) => (protocol === 'udp' ? 'udp' : 'tcp') === wanted.transport,
  );
  const named = carried.filter(({ name }) => name === wanted.name);
  return named.length > 0 ? named : carried.filter(({ protocol }) => protocol === wanted.name);
}

/**
 * A service record points to a host name as it is; to an address by the name of its instance, which people can
 * read, or by a name made of the address when the instance has several and its own name would not say which.
 */
function readEndpoints({ namespace, service, instance, endpoints }: InstanceView): NetworkEndpoint[] {
  const addresses = endpoints.map(({ address }) =>
    address === undefined ? undefined : addressData(address),
  );
  const isOnly =
    new Set(addresses.filter((found) => found !== undefined).map(({ bytes }) => toHex(bytes))).size === 1;
  return endpoints.flatMap(({ name, protocol, address, port }, index): NetworkEndpoint[] => {
    if (address === undefined || port === undefined) return [];
    const data = addresses[index];
    if (data === undefined) {
      const target = encodableHost(address);
      return target === undefined ? [] : [{ name, protocol, port, target, isOurs: false }];
    }
    const target = isOnly ? `${instance}.${service}.${namespace}.instance` : `${toHex(data.bytes)}.addr`;
    return [{ name, protocol, port, target, isOurs: true, address: data }];
  });
}

export function addressData(address: string): AddressData | undefined {
  const bytes = ipBytes(address);
  return bytes === undefined ? undefined : { type: bytes.length === 4 ? 'A' : 'AAAA', bytes };
}

/** The first address of one family: where an instance listens with several, the first is its main one. */
export function mainAddress(
  endpoints: readonly NetworkEndpoint[],
  type: AddressData['type'],
): AddressData | undefined {
  return endpoints.find(({ address }) => address?.type === type)?.address;
}

/** A host name that DNS can carry, without its final dot; undefined when it cannot. */
function encodableHost(host: string): string | undefined {
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  const isSound = name.length <= 253 && name.split('.').every((label) => /^[A-Za-z0-9_-]{1,63}$/.test(label));
  return isSound ? name : undefined;
}
