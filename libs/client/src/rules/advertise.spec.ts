import { describe, expect, it } from '@jest/globals';
import { type AdvertiseFacts, chooseAddress, choosePort, type InterfaceAddress } from './advertise.js';

const on = (
  interfaceName: string,
  address: string,
  more: Partial<InterfaceAddress> = {},
): InterfaceAddress => ({
  interfaceName,
  address,
  family: 'IPv4',
  internal: false,
  ...more,
});

const all: AdvertiseFacts = {
  explicit: { address: 'api.example.org', port: 443 },
  env: { ROLLCALL_ADVERTISE_ADDRESS: '203.0.113.7', ROLLCALL_ADVERTISE_PORT: '8443' },
  listening: { host: '192.168.1.5', port: 3000 },
  routeToBroker: '10.0.0.5',
  interfaces: [on('eth1', '10.9.9.9')],
};

describe('the advertised address', () => {
  it('is the first one known: option, environment, listening host, route to the broker, interface, loopback', () => {
    const chosen: string[] = [];
    const facts: { -readonly [Key in keyof AdvertiseFacts]?: AdvertiseFacts[Key] } = { ...all };
    for (const known of ['explicit', 'env', 'listening', 'routeToBroker', 'interfaces'] as const) {
      const { address, rule } = chooseAddress(facts);
      chosen.push(`${rule} ${address}`);
      delete facts[known];
    }
    const { address, rule } = chooseAddress(facts);
    expect([...chosen, `${rule} ${address}`]).toEqual([
      'option api.example.org',
      'environment 203.0.113.7',
      'listening 192.168.1.5',
      'route-to-broker 10.0.0.5',
      'interface 10.9.9.9',
      'loopback 127.0.0.1',
    ]);
  });

  it.each(['0.0.0.0', '::', '', '*', '::ffff:0.0.0.0'])(
    'is not the wildcard "%s" a server listens on',
    (host) => {
      expect(chooseAddress({ listening: { host }, routeToBroker: '10.0.0.5' })).toEqual({
        address: '10.0.0.5',
        rule: 'route-to-broker',
      });
    },
  );

  it('is 127.0.0.1 when the broker is on loopback, although the machine has other addresses', () => {
    const facts = {
      listening: { host: '::' },
      routeToBroker: '127.0.0.1',
      interfaces: [on('eth0', '10.0.0.5')],
    };
    expect(chooseAddress(facts).address).toBe('127.0.0.1');
  });

  it('does not depend on the order the system lists its interfaces in, and avoids link-local ones', () => {
    const interfaces = [
      on('lo', '127.0.0.1', { internal: true }),
      on('eth1', '10.0.0.9'),
      on('eth0', '169.254.3.4'),
      on('eth0', 'fe80::1', { family: 'IPv6' }),
      on('eth0', '10.0.0.5'),
    ];
    expect(chooseAddress({ interfaces }).address).toBe('10.0.0.5');
    expect(chooseAddress({ interfaces: interfaces.toReversed() }).address).toBe('10.0.0.5');
    expect(chooseAddress({ interfaces: [on('eth0', '169.254.3.4')] }).address).toBe('169.254.3.4');
  });

  it('is plain IPv4 or IPv6, without mapping and brackets', () => {
    expect(chooseAddress({ listening: { host: '::ffff:10.0.0.5' } }).address).toBe('10.0.0.5');
    expect(chooseAddress({ explicit: { address: '[2001:db8::1]' } }).address).toBe('2001:db8::1');
  });

  it('ignores a variable that is set to nothing', () => {
    expect(
      chooseAddress({ env: { ROLLCALL_ADVERTISE_ADDRESS: ' ' }, routeToBroker: '10.0.0.5' }).address,
    ).toBe('10.0.0.5');
  });
});

describe('the advertised port', () => {
  it('is the option, else the environment, else the port listened on, else unknown', () => {
    const { explicit: _explicit, ...fromEnvironment } = all;
    expect(choosePort(all)).toBe(443);
    expect(choosePort(fromEnvironment)).toBe(8443);
    expect(choosePort({ listening: { port: 3000 } })).toBe(3000);
    expect(choosePort({})).toBeUndefined();
  });

  it.each(['0', '-1', '65536', '80a', '8.5', '0x50'])(
    'is refused by name when the variable says "%s"',
    (text) => {
      const choose = () => choosePort({ env: { ROLLCALL_ADVERTISE_PORT: text } });
      expect(choose).toThrow(expect.objectContaining({ code: 'ROLLCALL_SETTINGS_INVALID' }));
      expect(choose).toThrow(`"${text}"`);
    },
  );
});
