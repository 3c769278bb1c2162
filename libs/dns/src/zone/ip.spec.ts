import { describe, expect, it } from '@jest/globals';
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { fromHex, ipBytes, toHex } from './ip.js';

const hexOf = (address: string): string | undefined => {
  const bytes = ipBytes(address);
  return bytes === undefined ? undefined : toHex(bytes);
};

describe('an IP address', () => {
  it.each([
    ['10.0.0.7', '0a000007'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::7', '20010db8000000000000000000000007'],
    ['2001:DB8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['fe80::', 'fe800000000000000000000000000000'],
    ['::ffff:10.0.0.7', '00000000000000000000ffff0a000007'],
  ])('%s is the bytes %s', (address, hex) => {
    expect(hexOf(address)).toBe(hex);
  });

  it.each(['orders.internal', '10.0.0', '10.0.0.256', '', ':::', 'fe80::1%eth0'])('is not %j', (text) => {
    expect(ipBytes(text)).toBeUndefined();
  });

  it('is found again in the digits made of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6().filter(isIPv6)), (address) => {
        expect(fromHex(hexOf(address) as string)).toEqual(ipBytes(address));
      }),
    );
  });
});
