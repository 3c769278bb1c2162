import {
  type ContentType,
  contentTypes,
  describeProblems,
  type FieldProblem,
  limits,
  quote,
  RollcallError,
} from '#contracts';
import { contentTypeOf, printContent } from '#formats';
import { objectBody, reasonIn } from '../input/operator-input.js';
import type { ConfigChange } from './config-writer.js';
import type { Expectation } from './expectation.js';

/** When a change takes effect, and when it is undone. */
export interface WriteTimes {
  readonly effectiveAt?: unknown;
  readonly revertAfter?: unknown;
}

export interface Content {
  readonly contentType: ContentType;
  readonly value: string;
}

/**
 * The value in a request: a text with its content type, or any JSON value, which is printed; without a type it is
 * taken for what it is (text, number, boolean, json).
 * @throws ROLLCALL_RECORD_INVALID
 */
export function contentIn(given: Readonly<Record<string, unknown>>, above = ''): Content {
  const { value, contentType } = given;
  const problems: FieldProblem[] = [];
  if (value === undefined) problems.push({ path: `${above}value`, problem: 'is missing' });
  if (contentType !== undefined && !contentTypes.includes(contentType as ContentType)) {
    const problem = `${quote(contentType)} is not one of ${contentTypes.join(', ')}`;
    problems.push({ path: `${above}contentType`, problem });
  }
  refuse(problems);
  const type = (contentType as ContentType | undefined) ?? contentTypeOf(value);
  const text = typeof value === 'string' ? value : printContent(type, value);
  if ([...text].length > limits.configValueLengthMax) {
    const problem = `has ${[...text].length} characters; at most ${limits.configValueLengthMax} are allowed`;
    refuse([{ path: `${above}value`, problem }]);
  }
  return { contentType: type, value: text };
}

/** The body of a write of one key. @throws ROLLCALL_BODY_INVALID, ROLLCALL_RECORD_INVALID */
export function putBody(body: unknown): { content: Content; reason: string | undefined } & WriteTimes {
  const given = objectBody(body, ['value', 'contentType', 'reason', 'effectiveAt', 'revertAfter']);
  const { effectiveAt, revertAfter } = given;
  return { content: contentIn(given), reason: reasonIn(given['reason']), effectiveAt, revertAfter };
}

/**
 * The body of a batch: `{changes: [{key, value, contentType?} | {key, delete: true}], reason?}`; each change may say
 * the `revision` it expects.
 * @throws ROLLCALL_BODY_INVALID, ROLLCALL_RECORD_INVALID
 */
export function batchBody(
  body: unknown,
): { changes: ConfigChange[]; reason: string | undefined } & WriteTimes {
  const { changes, reason, effectiveAt, revertAfter } = objectBody(body, [
    'changes',
    'reason',
    'effectiveAt',
    'revertAfter',
  ]);
  if (!Array.isArray(changes)) refuse([{ path: 'changes', problem: `${quote(changes ?? null)} is no list` }]);
  const read = (changes as unknown[]).map((item, index) => changeIn(item, `changes.${index}.`));
  return { changes: read, reason: reasonIn(reason), effectiveAt, revertAfter };
}

function changeIn(item: unknown, above: string): ConfigChange {
  const given = objectBody(item, ['key', 'value', 'contentType', 'delete', 'revision']);
  const { key, revision } = given;
  const problems: FieldProblem[] = [];
  if (typeof key !== 'string')
    problems.push({ path: `${above}key`, problem: `${quote(key ?? null)} is no text` });
  if (given['delete'] !== undefined && given['delete'] !== true) {
    problems.push({ path: `${above}delete`, problem: 'can only be true' });
  }
  refuse(problems);
  return {
    key: key as string,
    ...(given['delete'] === true ? {} : { content: contentIn(given, above) }),
    ...(revision === undefined ? {} : { expected: { revision: revisionIn(revision, `${above}revision`) } }),
  };
}

/** A revision, or 0 for "does not exist". @throws ROLLCALL_RECORD_INVALID */
export function revisionIn(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  refuse([{ path, problem: `${quote(value ?? null)} is not a revision, a whole number` }]);
  return 0;
}

/**
 * What `If-Match` and `If-None-Match` demand of a key: a revision as `"12"` or 12, `*` for any, or none at all.
 * @throws ROLLCALL_QUERY_INVALID
 */
export function expectationOf(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): Expectation | undefined {
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return { revision: 0 };
    throw new RollcallError('ROLLCALL_QUERY_INVALID', `If-None-Match ${quote(ifNoneMatch)} is not "*"`);
  }
  if (ifMatch === undefined) return undefined;
  if (ifMatch.trim() === '*') return { present: true };
  const found = /^\s*(?:W\/)?"?(\d{1,16})"?\s*$/.exec(ifMatch);
  const revision = Number(found?.[1] ?? Number.NaN);
  if (Number.isSafeInteger(revision)) return { revision };
  const text = `If-Match ${quote(ifMatch)} is not a revision`;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', text, {
    action: 'Send the ETag an earlier answer carried, such as "12", or leave it out.',
  });
}

/** @throws ROLLCALL_RECORD_INVALID */
function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  const text = `the body is not valid: ${describeProblems(problems)}`;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', text, { details: { problems } });
}
