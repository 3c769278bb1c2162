import { addressRefusal } from './address-policy.js';

/** An address a name stands for, as the system's resolver gives it. */
interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

type FoundOne = (error: Error | null, address: string, family: number) => void;
type FoundAll = (error: Error | null, addresses: readonly FoundAddress[]) => void;

/** The resolver of the system, asked for all addresses of a name. */
export type Resolve = (hostname: string, options: { readonly all: true }, found: FoundAll) => void;

/** Thrown for an address that the policy forbids. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * Looks a name up and refuses what the policy forbids. The connection is made to the very address that was
 * examined, so that a name which changes its mind in between (DNS rebinding) gains nothing.
 */
export function guardLookup(resolve: Resolve) {
  return (hostname: string, options: { readonly all?: boolean | undefined }, callback: FoundOne): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => addressRefusal(address) === undefined);
      const [first] = allowed;
      if (first === undefined)
        callback(new AddressRefused(`${hostname} is not connected to: its addresses are not allowed`), '', 0);
      else if (options.all === true) (callback as unknown as FoundAll)(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
