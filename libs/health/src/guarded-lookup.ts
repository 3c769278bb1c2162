import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { addressRefusal, AddressRefused, guardLookup } from '#domain';

/** An IP address in a record is checked at once: no name is looked up for it. */
export function assertAddressAllowed(address: string): void {
  const refusal = isIP(address) === 0 ? undefined : addressRefusal(address);
  if (refusal !== undefined) throw new AddressRefused(`${address} is not checked: ${refusal}`);
}

/** The resolver of the system, without the addresses that the policy forbids. */
export const guardedLookup = guardLookup(lookup) as LookupFunction;
