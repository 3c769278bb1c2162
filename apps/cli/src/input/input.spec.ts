import { describe, expect, it } from '@jest/globals';
import { plain } from '../output/plain.js';
import { renderTable } from '../output/table.js';
import { ago } from '../output/time.js';
import { leaseOf } from './duration.js';
import { endpointOf } from './endpoint.js';
import { instanceNamesOf } from './names.js';
import { sequenceOf } from './sequence.js';

describe('an endpoint on the command line', () => {
  it.each([
    ['http=127.0.0.1:8080', { name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }],
    ['main=db.lan:5432', { name: 'main', protocol: 'tcp', address: 'db.lan', port: 5432 }],
    ['api=https://[::1]:443/v1', { name: 'api', protocol: 'https', address: '::1', port: 443, path: '/v1' }],
    ['rpc=nats:orders.rpc', { name: 'rpc', protocol: 'nats', subject: 'orders.rpc' }],
    ['rpc=nats://orders.rpc', { name: 'rpc', protocol: 'nats', subject: 'orders.rpc' }],
  ])('%s is understood', (text, endpoint) => expect(endpointOf(text)).toEqual(endpoint));

  it.each(['http', '=127.0.0.1:1', 'http=', 'http=127.0.0.1', 'http=:80', 'http=a:b', 'x=gopher://a:1'])(
    '%s is refused with how to write it',
    (text) => expect(() => endpointOf(text)).toThrow(/ROLLCALL_USAGE.*Write it like http=127.0.0.1:8080/),
  );
});

describe('leases', () => {
  it('"none" is no lease', () => {
    expect(leaseOf('none')).toBe(0);
    expect(() => leaseOf('soon')).toThrow('neither "none" nor a duration');
  });
});

describe('a sequence on the command line', () => {
  it('is a positive whole number', () => {
    expect(sequenceOf('7')).toBe(7);
    for (const text of ['0', '-7', 'x', ''])
      expect(() => sequenceOf(text)).toThrow('ROLLCALL_SEQUENCE_INVALID');
  });
});

describe('names of an instance', () => {
  const orders = { namespace: 'default', service: 'orders', instance: 'orders-1' };

  it('are two words, or one with a slash', () => {
    expect(instanceNamesOf('default', 'orders', 'orders-1')).toEqual(orders);
    expect(instanceNamesOf('default', 'orders/orders-1', undefined)).toEqual(orders);
    for (const text of ['orders', 'a/b/c'])
      expect(() => instanceNamesOf('default', text, undefined)).toThrow('ROLLCALL_USAGE');
    expect(() => instanceNamesOf('default', 'Orders', 'orders-1')).toThrow('ROLLCALL_NAME_INVALID');
  });
});

describe('output for people', () => {
  it('lets no stranger command the terminal', () => {
    expect(plain('a\u001B[31mb\nc\u0007\u009B2J\u202Ed')).toBe('a?[31mb?c??2J?d');
    expect(renderTable(['X'], [['a\u001B[2Jb\nc']])).toBe('X\na?[2Jb?c');
  });

  it('aligns columns without lines, blanks at the ends or colours', () => {
    expect(
      renderTable(
        ['NAME', 'COUNT'],
        [
          ['orders', 2],
          ['x', 10],
        ],
      ),
    ).toBe('NAME    COUNT\norders  2\nx       10');
  });

  it('tells ages in two units', () => {
    const nowMs = Date.parse('2026-11-22T15:00:00Z');
    expect(ago('2026-11-22T15:00:00Z', nowMs)).toBe('0s');
    expect(ago('2026-11-22T14:59:18Z', nowMs)).toBe('42s');
    expect(ago('2026-11-22T14:00:00Z', nowMs)).toBe('1h');
    expect(ago('2026-11-19T11:59:00Z', nowMs)).toBe('3d 3h');
    expect(ago('', nowMs)).toBe('');
  });
});
