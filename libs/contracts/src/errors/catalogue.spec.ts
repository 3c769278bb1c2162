import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, errorCatalogue, errorEntry } from './catalogue.js';
import { auditErrors } from './audit.js';
import { backupErrors } from './backup.js';
import { brokerErrors } from './broker.js';
import { contentErrors } from './content.js';
import { callErrors } from './calls.js';
import { doorErrors } from './doors.js';
import { historyErrors } from './history.js';
import { inputErrors } from './input.js';
import { operationErrors } from './operation.js';
import { queryErrors } from './query.js';
import { sqlErrors } from './sql.js';
import { transportErrors } from './transport.js';
import { undoErrors } from './undo.js';
import { errorText, isRollcallError, RollcallError } from './rollcall-error.js';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe.each(codes)('the catalogue entry %s', (code) => {
  it('has a name in the house style', () => {
    expect(code).toMatch(/^ROLLCALL_[A-Z]+(_[A-Z]+)*$/);
  });

  it('says in a sentence each what happened and what to do', () => {
    const { meaning, action } = errorEntry(code);
    for (const sentence of [meaning, action]) expect(sentence).toMatch(/^["A-Z].{8,200}\.$/);
  });

  it('is retryable only when the same request may succeed later', () => {
    const { kind, retryable } = errorEntry(code);
    const mayHeal = kind === 'unavailable' || kind === 'internal' || kind === 'too-many';
    expect(!retryable || mayHeal).toBe(true);
  });
});

describe('the catalogue', () => {
  it('defines no code twice', () => {
    const parts = [
      auditErrors,
      backupErrors,
      inputErrors,
      queryErrors,
      operationErrors,
      contentErrors,
      brokerErrors,
      doorErrors,
      sqlErrors,
      historyErrors,
      transportErrors,
      callErrors,
      undoErrors,
    ].flatMap((part) => Object.keys(part));
    expect(parts.toSorted()).toEqual(codes.toSorted());
  });
});

describe('an error', () => {
  const cause = new Error('the reason below');
  const error = new RollcallError('ROLLCALL_RECORD_INVALID', 'the port "-1" is negative', {
    details: { port: -1 },
    cause,
  });

  it('reads: code, what happened, what to do', () => {
    expect(error.message).toBe(
      `ROLLCALL_RECORD_INVALID: the port "-1" is negative. ${errorCatalogue.ROLLCALL_RECORD_INVALID.action}`,
    );
  });

  it('carries what the catalogue knows, its details and its cause', () => {
    expect(error).toMatchObject({ kind: 'invalid', retryable: false, details: { port: -1 }, cause });
    expect(new RollcallError('ROLLCALL_INTERNAL', 'x')).not.toHaveProperty('cause');
  });

  it('may make the advice more precise', () => {
    expect(new RollcallError('ROLLCALL_USAGE', 'no such option', { action: 'Try --help.' }).message).toBe(
      'ROLLCALL_USAGE: no such option. Try --help.',
    );
  });

  it('is recognised across copies of this package, by code', () => {
    expect(isRollcallError(error)).toBe(true);
    expect(isRollcallError(error, 'ROLLCALL_RECORD_INVALID')).toBe(true);
    expect(isRollcallError(error, 'ROLLCALL_USAGE')).toBe(false);
    expect(isRollcallError({ code: 'ROLLCALL_USAGE' })).toBe(true);
    for (const other of [
      cause,
      { code: 'ENOENT' },
      { code: 'toString' },
      { code: 7 },
      null,
      undefined,
      'ROLLCALL_USAGE',
    ]) {
      expect(isRollcallError(other)).toBe(false);
    }
  });

  it('shows the text of anything thrown', () => {
    expect(errorText(cause)).toBe('the reason below');
    expect(errorText('plain')).toBe('plain');
    expect(errorText(undefined)).toBe('undefined');
  });
});
