import fc from 'fast-check';
import { limits } from '#contracts';
import { anyText } from './noise.js';

/** A record with fields that are always there and fields that may be absent; absent, never undefined, as in JSON. */
export function recordWith<Kind extends object>(
  needed: { readonly [field: string]: fc.Arbitrary<unknown> },
  optional: { readonly [field: string]: fc.Arbitrary<unknown> } = {},
): fc.Arbitrary<Kind> {
  return fc.record(
    { ...needed, ...optional },
    { requiredKeys: Object.keys(needed), noNullPrototype: true },
  ) as never;
}

export const anyTime = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    fc.constantFrom(
      '2026-02-28T23:59:59.123456789+14:00',
      '2026-01-01T00:00:00Z',
      '2026-12-31T23:59:59-08:30',
    ),
  );

/** Keys that are words of JavaScript too, and values up to the limit. */
export const anyMetadata = (): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(
    fc.oneof(
      fc.constantFrom('team', 'constructor', 'toString', 'hasOwnProperty', 'a.b/c-d_e', 'then', 'length'),
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$/),
    ),
    anyText(0, limits.metadataValueLengthMax),
    { maxKeys: 6, noNullPrototype: true },
  );
