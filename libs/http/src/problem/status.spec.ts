import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, errorCatalogue, RollcallError } from '#contracts';
import { problemOf } from './problem.js';
import { httpStatus } from './status.js';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe('HTTP status of the catalogue', () => {
  it.each(codes)('%s has a status of an error', (code) => {
    expect(httpStatus(code)).toBeGreaterThanOrEqual(400);
    expect(httpStatus(code)).toBeLessThan(600);
  });

  it('says 5xx only where the caller can do nothing about it', () => {
    const blaming = codes.filter((code) => httpStatus(code) < 500);
    for (const code of blaming)
      expect(['unavailable', 'setup', 'internal']).not.toContain(errorCatalogue[code].kind);
  });
});

describe('a problem', () => {
  it('carries the words of the catalogue and the facts of this occurrence', () => {
    const error = new RollcallError('ROLLCALL_NAME_INVALID', 'service name "A" is not a DNS label', {
      details: { role: 'service' },
    });
    expect(problemOf(error)).toEqual({
      type: '/docs/reference/errors.md#rollcall_name_invalid',
      title: errorCatalogue.ROLLCALL_NAME_INVALID.meaning,
      status: 400,
      detail: `service name "A" is not a DNS label. ${errorCatalogue.ROLLCALL_NAME_INVALID.action}`,
      code: 'ROLLCALL_NAME_INVALID',
      retryable: false,
      details: { role: 'service' },
    });
  });
});
