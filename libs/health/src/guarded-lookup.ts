import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { addressRefusal } from '#domain';

/** Thrown for an address that the policy forbids. */
class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** An IP address in a record is checked at once: no name is looked up for it. */
export function assertAddressAllowed(address: string): void {
  const refusal = isIP(address) === 0 ? undefined : addressRefusal(address);
  if (refusal !== undefined) throw new AddressRefused(`${address} is not checked: ${refusal}`);
}

/**
 * Looks a name up and refuses what the policy forbids. The connection is made to the very address that was
 * examined, so that a name which changes its mind in between (DNS rebinding) gains nothing.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const allowed = addresses.filter(({ address }) => addressRefusal(address) === undefined);
    const [first] = allowed;
    if (first === undefined) {
      callback(new AddressRefused(`${hostname} is not checked: its addresses are not allowed`), '', 0);
    } else if (options.all === true) {
      (callback as unknown as (error: null, all: LookupAddress[]) => void)(null, allowed);
    } else callback(null, first.address, first.family);
  });
};
