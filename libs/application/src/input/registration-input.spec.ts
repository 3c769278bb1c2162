import { describe, expect, it } from '@jest/globals';
import { isRollcallError, limits } from '#contracts';
import { registrationOf } from './registration-input.js';

const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
const body = {
  version: '1.0.0',
  endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }],
};

function problemsOf(given: unknown): string[] {
  try {
    registrationOf(names, given);
  } catch (error) {
    if (!isRollcallError(error, 'ROLLCALL_RECORD_INVALID')) throw error;
    return (error.details['problems'] as { path: string }[]).map(({ path }) => path);
  }
  throw new Error('the body was accepted');
}

describe('the body of a registration', () => {
  it('takes names from the path, and is up without a lease unless it says otherwise', () => {
    expect(registrationOf(names, body)).toEqual({ ...names, ...body, status: 'up', leaseMs: 0 });
    const said = { ...body, ...names, status: 'starting', leaseMs: 15_000 };
    expect(registrationOf(names, said)).toEqual(said);
  });

  it('may not name another instance than the path', () => {
    expect(problemsOf({ ...body, service: 'payments', instance: 7 })).toEqual(['service', 'instance']);
  });

  it('may not choose its incarnation', () => {
    expect(problemsOf({ ...body, incarnation: 7 })).toEqual(['incarnation']);
  });

  it('is told every field that is not one, also inside an endpoint', () => {
    const endpoints = [{ ...body.endpoints[0], prot: 1 }];
    expect(problemsOf({ ...body, endpoints, wieght: 3, constructor: {} })).toEqual([
      'endpoints.0.prot',
      'wieght',
      'constructor',
    ]);
  });

  it('is told unknown and wrong fields together', () => {
    const paths = problemsOf({ ...body, version: '1', wieght: 3, weight: -1, tags: 'blue' });
    expect(new Set(paths)).toEqual(new Set(['tags', 'version', 'weight', 'wieght']));
  });

  it('does not let a key named __proto__ through', () => {
    expect(
      problemsOf(JSON.parse('{"version":"1.0.0","endpoints":[],"__proto__":{"status":"down"}}')),
    ).toEqual(['__proto__']);
  });

  it('may have any metadata key', () => {
    const metadata = { 'team/name': 'a', version: 'x' };
    expect(registrationOf(names, { ...body, metadata })).toMatchObject({ metadata });
  });

  it.each([[undefined], [null], [[]], ['text'], [7]])('is not %j', (given) => {
    expect(() => registrationOf(names, given)).toThrow('ROLLCALL_BODY_INVALID');
  });

  it('has at most as many bytes as one event', () => {
    const tags = Array.from({ length: limits.tagsMax }, (_, index) => `${index}${'\u{1F600}'.repeat(120)}`);
    const metadata = Object.fromEntries(
      Array.from({ length: limits.metadataKeysMax }, (_, index) => [`k${index}`, 'x'.repeat(1_000)]),
    );
    expect(() => registrationOf(names, { ...body, tags, metadata })).toThrow('ROLLCALL_RECORD_TOO_LARGE');
  });
});
