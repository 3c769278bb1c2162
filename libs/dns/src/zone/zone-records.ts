import { addressData } from './endpoints.js';
import type { ZoneOptions } from './options.js';
import type { AddressData, Records, ResourceRecord } from './record.js';

/** What stands on the zone's own name. */
export function apexRecords(type: string, options: ZoneOptions, position: number): Records {
  if (type === 'SOA') return { answers: [startOfAuthority(options, position)] };
  if (type !== 'NS') return { answers: [] };
  const host = `ns.${options.zone}`;
  const glue = (['A', 'AAAA'] as const).flatMap((family) =>
    addressRecords(serverAddress(options), family, options),
  );
  return {
    answers: [{ ttl: options.ttlSeconds, data: { type: 'NS', host } }],
    additionals: glue.map((record) => ({ ...record, owner: host })),
  };
}

/** Serials are compared in a circle (RFC 1982), so a position may outgrow their 32 bits. */
export function startOfAuthority(options: ZoneOptions, position: number): ResourceRecord {
  return {
    owner: options.zone,
    ttl: options.negativeTtlSeconds,
    data: {
      type: 'SOA',
      primary: `ns.${options.zone}`,
      mailbox: `hostmaster.${options.zone}`,
      serial: position % 2 ** 32,
      refresh: 60,
      retry: 10,
      expire: 600,
      minimum: options.negativeTtlSeconds,
    },
  };
}

/** The address of this server itself, when it listens on a certain one. */
export function serverAddress({ serverAddress: address }: ZoneOptions): AddressData | undefined {
  return address === undefined ? undefined : addressData(address);
}

/** The record of an address, when it is of the wanted type. */
export function addressRecords(
  data: AddressData | undefined,
  type: string,
  { ttlSeconds }: ZoneOptions,
): ResourceRecord[] {
  return data === undefined || data.type !== type ? [] : [{ ttl: ttlSeconds, data }];
}
