import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyBroken, anyJunk, recordArbitraries } from '#testkit';
import type { RecordKind } from './schemas.js';
import { recordProblems, recordProblemsByClass } from './validate.js';

const kinds = Object.keys(recordArbitraries) as RecordKind[];

/** What both validators say; the record is printed as JSON when they do not say the same. */
function expectAgreement(kind: RecordKind, value: unknown): void {
  const fast = recordProblems(kind, value);
  const thorough = recordProblemsByClass(kind, value);
  const verdict = { record: JSON.stringify(value), fast: fast.length > 0, thorough: thorough.length > 0 };
  expect(verdict).toEqual({ ...verdict, thorough: verdict.fast });
}

describe.each(kinds)('the two validators of the %s record', (kind) => {
  it('accept every valid record', () => {
    fc.assert(
      fc.property(recordArbitraries[kind](), (record) => {
        expect(recordProblems(kind, record)).toEqual([]);
        expect(recordProblemsByClass(kind, record)).toEqual([]);
      }),
    );
  });

  it('agree about a record with broken fields', () => {
    const property = fc.property(anyBroken(recordArbitraries[kind]()), (record) =>
      expectAgreement(kind, record),
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('agree about anything at all', () => {
    fc.assert(fc.property(anyJunk(), (value) => expectAgreement(kind, value)));
  });
});
