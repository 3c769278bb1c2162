import { describe, expect, it } from '@jest/globals';
import { checkToken } from './token.js';

const TOKEN = 'a-long-enough-token';

describe('the token', () => {
  it('guards nothing when none is set', () => {
    expect(() => checkToken('PUT', undefined, undefined)).not.toThrow();
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('does not guard %s', (method) => {
    expect(() => checkToken(method, undefined, TOKEN)).not.toThrow();
  });

  it.each(['PUT', 'DELETE', 'POST', 'PATCH', 'PROPFIND'])('guards %s', (method) => {
    expect(() => checkToken(method, undefined, TOKEN)).toThrow('this write carries no token');
    expect(() => checkToken(method, `Bearer ${TOKEN}`, TOKEN)).not.toThrow();
    expect(() => checkToken(method, `bearer  ${TOKEN}`, TOKEN)).not.toThrow();
  });

  it.each([
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN} x`,
    'Bearer A-long-enough-token',
  ])('is not %j', (authorization) => {
    expect(() => checkToken('PUT', authorization, TOKEN)).toThrow('this write carries a wrong token');
  });
});
