import { isIP } from 'node:net';
import type { experimental } from '@grpc/grpc-js';
import type { InstanceView } from '#contracts';
import { nameLookup, type PickOptions, type ServiceHandle } from '#client';

/** What of a view a channel can be pointed at. */
export interface Addresses {
  readonly endpoints: experimental.Endpoint[];
  /** The same instances have the same text. */
  readonly text: string;
}

/**
 * Instances that would be called now, by the rules that hold for every call: the best rank only, so that suspects and
 * draining ones are left to their own while others are well.
 * @param instances those the view shows
 */
export function addressesOf(
  service: ServiceHandle,
  instances: readonly InstanceView[],
  wishes: PickOptions,
): Addresses {
  const asked = { ...wishes, protocol: 'grpc' };
  const called = new Set(
    service
      .explain(asked)
      .candidates.filter(({ sharePercent }) => sharePercent > 0)
      .map(({ instance }) => instance),
  );
  const reached = instances
    .filter(({ instance }) => called.has(instance))
    .flatMap(({ endpoints }) => endpointOf(endpoints, wishes.endpoint) ?? [])
    .map(({ address, port }) => ({ host: address ?? '127.0.0.1', port: port ?? 0 }));
  return {
    // The channel hands an address to net.connect() as it is, and with it who looks up its name.
    endpoints: reached.map((address) => ({ addresses: [{ ...address, ...nameLookup(address.host) }] })),
    text: reached.map(({ host, port }) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`).join(' '),
  };
}

function endpointOf(endpoints: InstanceView['endpoints'], name: string | undefined) {
  return endpoints.find(
    (endpoint) => endpoint.protocol === 'grpc' && (name ?? endpoint.name) === endpoint.name,
  );
}
