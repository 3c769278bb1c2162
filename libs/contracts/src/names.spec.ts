import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import { anyConfigKey, anyJunk, anyName, anyText, anyTime, anyVersion } from '#testkit';
import {
  ADDRESS_PATTERN,
  checkName,
  CONFIG_KEY_PATTERN,
  isName,
  quote,
  SEMVER_PATTERN,
  SHARED_APPLICATION,
  TIME_PATTERN,
} from './names.js';

/** Text made of what versions are made of. */
const versionNoise = fc
  .array(fc.constantFrom('0', '1', '01', '10', '.', '.', '-', '+', 'a', 'rc', '9007199254740993'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

describe('names', () => {
  it('any DNS label is a name, and checkName hands it back', () => {
    fc.assert(fc.property(anyName(), (name) => expect(checkName('service', name)).toBe(name)));
  });

  it.each([
    '',
    '-a',
    'a-',
    'A',
    'a.b',
    'a_b',
    'ä',
    'a b',
    'a\n',
    'a'.repeat(64),
    SHARED_APPLICATION,
    7,
    null,
    undefined,
    ['a'],
  ])('%j is not a name', (value) => {
    expect(isName(value)).toBe(false);
  });

  it('63 characters are a name, 64 are not', () => {
    expect(isName('a'.repeat(63))).toBe(true);
    expect(isName('a'.repeat(64))).toBe(false);
  });

  it('a refused name is told with its role, its value in quotes and what is allowed', () => {
    expect(() => checkName('service', 'Orders!')).toThrow(
      /^ROLLCALL_NAME_INVALID: service name "Orders!" is not a DNS label\. Use 1 to 63 of a-z, 0-9 and "-"/,
    );
  });

  it('a config key keeps the spelling people use', () => {
    fc.assert(fc.property(anyConfigKey(), (key) => expect(CONFIG_KEY_PATTERN.test(key)).toBe(true)));
    for (const key of ['', 'a b', 'a/b', 'ä', 'a*', '>', 'k'.repeat(129)])
      expect(CONFIG_KEY_PATTERN.test(key)).toBe(false);
  });
});

describe('versions and times', () => {
  it('a version is accepted exactly when the semver library can compare it', () => {
    fc.assert(
      fc.property(fc.oneof(anyVersion(), versionNoise, anyText(0, 12)), (text) => {
        // The library trims, and drops a leading "v" or "="; the record holds the plain form.
        const known = semver.valid(text) !== null && /^\d/.test(text) && text.trim() === text;
        const exact =
          known && text.split(/[-+]/, 1).every((core) => core.split('.').every((part) => part.length <= 15));
        expect(SEMVER_PATTERN.test(text)).toBe(exact);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '1.0.0-01',
    '01.0.0',
    '1.0',
    'v1.0.0',
    '1.0.0-',
    '1.0.0+',
    '1.0.0-a..b',
    '9999999999999999.0.0',
    ' 1.0.0',
  ])('"%s" is no version', (text) => {
    expect(SEMVER_PATTERN.test(text)).toBe(false);
  });

  it('every accepted time is one that Date reads', () => {
    fc.assert(
      fc.property(anyTime(), (text) => {
        expect(TIME_PATTERN.test(text)).toBe(true);
        expect(Date.parse(text)).not.toBeNaN();
      }),
    );
  });

  it.each([
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01',
  ])('"%s" is no time', (text) => {
    expect(TIME_PATTERN.test(text)).toBe(false);
  });

  it.each(['localhost', '10.0.0.1', '2001:db8::7', '::1', '::ffff:10.0.0.1', 'a', 'orders-1.internal'])(
    '"%s" is an address',
    (text) => {
      expect(ADDRESS_PATTERN.test(text)).toBe(true);
    },
  );

  it.each(['', 'a b', '[::1]', 'http://a', 'a/b', '-a', 'a'.repeat(254)])('"%s" is no address', (text) => {
    expect(ADDRESS_PATTERN.test(text)).toBe(false);
  });
});

describe('quote', () => {
  it('shows any value in quotes, on one line, bounded in length, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyJunk(), fc.anything({ withBigInt: true, withNullPrototype: true })),
        (value) => {
          const shown = quote(value);
          expect(shown).toMatch(/^".*"$/);
          expect(shown.length).toBeLessThanOrEqual(6 * 80 + 2);
        },
      ),
    );
  });

  it('calls what is nested deeper than the stack by its type', () => {
    const deep = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)) as unknown;
    expect(quote(deep)).toBe('"(array)"');
    expect(quote({ deep })).toBe('"(object)"');
    expect(quote(7n)).toBe('"(bigint)"');
  });

  it('keeps what would break the line, or command the terminal, from doing so', () => {
    expect(quote('a\u2028b\u009b31m\n\u202e')).toBe('"a\\u2028b\\u009b31m\\n\\u202e"');
  });

  it('cuts what is long', () => {
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(77)}..."`);
  });
});
