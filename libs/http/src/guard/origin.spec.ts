import { describe, expect, it } from '@jest/globals';
import { checkPlace } from './origin.js';

const local = { listenHost: '127.0.0.1', hosts: ['registry.lan', 'console.lan:8443'] };
const open = { listenHost: '0.0.0.0', hosts: [] };

const check =
  (host: string | undefined, origin?: string, allowed = local, localAddress = '127.0.0.1') =>
  () =>
    checkPlace({ host, origin, localAddress }, allowed);

describe('the Host of a request', () => {
  it.each([
    'localhost',
    'localhost:7400',
    'LOCALHOST:1',
    '127.0.0.1:7400',
    '[::1]:7400',
    'registry.lan',
    'registry.lan:7400',
    'console.lan:8443',
  ])('%s is ours', (host) => expect(check(host)).not.toThrow());

  it.each([
    'evil.example',
    'evil.example:7400',
    'localhost.evil.example',
    '127.0.0.1.evil.example:7400',
    'console.lan',
    'console.lan:1',
    'user@localhost',
    'localhost:7400, evil.example',
    'localhost/evil',
    '10.0.0.7',
    '',
    undefined,
  ])('%s is not ours', (host) => expect(check(host)).toThrow('ROLLCALL_ORIGIN_FORBIDDEN'));

  it('may be the address the request came in by, because a page cannot rebind an address', () => {
    expect(check('10.0.0.7:7400', undefined, open, '10.0.0.7')).not.toThrow();
    expect(check('10.0.0.7:7400', undefined, open, '::ffff:10.0.0.7')).not.toThrow();
    expect(check('[fd00::7]', undefined, open, 'fd00::7')).not.toThrow();
    expect(check('10.0.0.8:7400', undefined, open, '10.0.0.7')).toThrow('ROLLCALL_ORIGIN_FORBIDDEN');
  });

  it('is not ours only because we listen everywhere', () => {
    expect(check('0.0.0.0:7400', undefined, open)).toThrow('ROLLCALL_ORIGIN_FORBIDDEN');
  });

  it('may be the name we listen on', () => {
    expect(check('box.lan:7400', undefined, { listenHost: 'box.lan', hosts: [] })).not.toThrow();
  });
});

describe('the Origin of a request', () => {
  it.each([undefined, 'http://localhost:7400', 'https://registry.lan', 'https://console.lan:8443'])(
    '%s may ask localhost:7400',
    (origin) => expect(check('localhost:7400', origin)).not.toThrow(),
  );

  it.each([
    'http://evil.example',
    'http://localhost:3000',
    'https://console.lan',
    'null',
    'file://',
    'http://localhost:7400/x',
  ])('%s may not', (origin) => expect(check('localhost:7400', origin)).toThrow('ROLLCALL_ORIGIN_FORBIDDEN'));
});
