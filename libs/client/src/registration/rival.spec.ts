import { describe, expect, it } from '@jest/globals';
import { rivalOf } from './rival.js';
import { signatureOf } from './signature.js';

describe('what is known of a rival', () => {
  it('names host and process of one that uses the SDK', () => {
    const signature = signatureOf({
      kind: 'instance',
      namespace: 'default',
      service: 'orders',
      instance: 'orders-1',
    });
    expect(rivalOf(3, signature)).toMatchObject({
      incarnation: 3,
      actor: 'orders/orders-1',
      hostname: expect.any(String),
      pid: process.pid,
    });
  });

  it.each([
    [undefined, {}],
    ['/a/shell/script', { source: '/a/shell/script' }],
    ['/services/a/b/my%20host/7', { hostname: 'my host', pid: 7 }],
    ['/services/a/b/%zz/7', { hostname: '%zz', pid: 7 }],
    ['/services/a/b/host/7/8', { source: '/services/a/b/host/7/8' }],
  ])('the source %j tells %j', (source, expected) => {
    const rival = rivalOf(1, source === undefined ? {} : { source });
    expect(rival).toMatchObject(expected);
    expect(Object.keys(rival)).not.toContain('actor');
  });
});
