/** 32-bit hash of a text (FNV-1a, Fowler, Noll and Vo), well mixed (the finalizer of A. Appleby's MurmurHash3). */
export function hashText(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  return mix(hash);
}

function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85_eb_ca_6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A number between 0 and 1, both exclusive, that two hashes always have in common. */
export function chanceOf(left: number, right: number): number {
  const high = mix(left ^ Math.imul(right, 0x9e_37_79_b1));
  const low = mix(high ^ right ^ 0x5b_d1_e9_95);
  return ((high >>> 5) * 67_108_864 + (low >>> 6) + 0.5) / 9_007_199_254_740_992;
}
