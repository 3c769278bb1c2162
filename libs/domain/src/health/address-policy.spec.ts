import { describe, expect, it } from '@jest/globals';
import { addressRefusal, hostRefusal } from './address-policy.js';

describe('addresses nobody connects to on somebody else’s word', () => {
  it.each([
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '::',
    '0:0:0:0:0:0:0:0',
    'fe80::1',
    'FEBF::1',
    'ff02::1',
    'fd00:ec2::254',
    'fd00:0ec2:0:0:0:0:0:254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '1::2::3',
    '300.1.1.1',
    '12345::1',
  ])('%s', (address) => {
    expect(addressRefusal(address)).toBeDefined();
  });

  it.each([
    '127.0.0.1',
    '10.0.0.7',
    '192.168.1.1',
    '8.8.8.8',
    '::1',
    'fd12:3456::1',
    '2001:db8::1',
    '::ffff:10.0.0.7',
  ])('but %s is where services live', (address) => {
    expect(addressRefusal(address)).toBeUndefined();
    expect(hostRefusal(address)).toBeUndefined();
  });

  it.each([
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '127.1',
    '0177.0.0.1',
    '10.0.0.08',
    'evil.0x7f',
    '256.1.1.1',
  ])('nor %s, which is an address in disguise', (host) => {
    expect(hostRefusal(host)).toBeDefined();
  });

  it.each(['payments', 'payments.internal', 'ip-10-0-0-7.ec2.internal', 'a1.b2.c3', 'node1.'])(
    'while the name %s is looked up first',
    (host) => {
      expect(hostRefusal(host)).toBeUndefined();
    },
  );
});
