import type { ServiceSum } from '#contracts';

/** Modulus of the checksum: sums of 32-bit hashes stay exact in a double. */
const MODULUS = 2 ** 48;

/**
 * Hash of one present entry: FNV-1a (Fowler, Noll, Vo; 32 bit) over key and sequence. Added up, the hashes
 * form a checksum that does not depend on order, so one change costs one addition and one subtraction.
 */
export function entryHash(key: string, sequence: number): number {
  let hash = 0x811c9dc5;
  const text = `${key}:${sequence}`;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

export const emptySum: ServiceSum = [0, 0];

/** For who adds one entry to several sums: its hash is what costs. */
export function addHash(sum: ServiceSum, hash: number): ServiceSum {
  return [sum[0] + 1, (sum[1] + hash) % MODULUS];
}

export function takeHash(sum: ServiceSum, hash: number): ServiceSum {
  return [sum[0] - 1, (sum[1] - hash + MODULUS) % MODULUS];
}

/** The sum over two services, or two namespaces. */
export function addSums(left: ServiceSum, right: ServiceSum): ServiceSum {
  return [left[0] + right[0], (left[1] + right[1]) % MODULUS];
}

export function sameSum(left: ServiceSum, right: ServiceSum): boolean {
  return left[0] === right[0] && left[1] === right[1];
}
