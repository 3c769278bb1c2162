import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { guardLookup } from '#domain';

/** The resolver of the system, or what the application has put in its place, without what the policy forbids. */
const guarded = guardLookup((hostname, options, found) =>
  dns.lookup(hostname, options, found),
) as LookupFunction;

/**
 * How to look up the name that a record gives for an address, as options of a connection: a name is a stranger's
 * word, too, and may lead to a metadata service.
 * @param allowedAddresses those that are meant: such a name may lead wherever it leads
 */
export function nameLookup(
  address: string,
  allowedAddresses: readonly string[] = [],
): { readonly lookup?: LookupFunction } {
  return allowedAddresses.includes(address) ? {} : { lookup: guarded };
}
