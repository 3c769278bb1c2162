import {
  describeProblems,
  type FieldProblem,
  limits,
  overrideStatuses,
  quote,
  RollcallError,
} from '#contracts';
import type { OverrideChange } from '../operator/operator.js';

/** @throws ROLLCALL_BODY_INVALID when the body is no object, ROLLCALL_RECORD_INVALID for fields that are not allowed */
export function objectBody(body: unknown, allowed: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RollcallError(
      'ROLLCALL_BODY_INVALID',
      `the body is ${quote(body ?? null)}, which is not a JSON object`,
    );
  }
  const given = body as Record<string, unknown>;
  const problems = Object.keys(given)
    .filter((name) => !allowed.includes(name))
    .map((path) => ({ path, problem: `is not a field; allowed is ${allowed.join(', ')}` }));
  refuse(problems);
  return given;
}

/** What to lay over an instance; `null` lifts a field. */
export function overrideBody(body: unknown): OverrideChange & { readonly reason: string | undefined } {
  const { status, weight, reason } = objectBody(body, ['status', 'weight', 'reason']);
  const problems: FieldProblem[] = [];
  if (status !== undefined && status !== null && !overrideStatuses.includes(status as never)) {
    problems.push({
      path: 'status',
      problem: `${quote(status)} is not one of ${overrideStatuses.join(', ')}, or null`,
    });
  }
  const isWeight =
    typeof weight === 'number' && Number.isInteger(weight) && weight >= 0 && weight <= limits.weightMax;
  if (weight !== undefined && weight !== null && !isWeight) {
    problems.push({
      path: 'weight',
      problem: `${quote(weight)} is not a whole number from 0 to ${limits.weightMax}, or null`,
    });
  }
  if (status === undefined && weight === undefined)
    problems.push({ path: '', problem: 'neither status nor weight is given' });
  refuse(problems);
  const change = { status, weight } as OverrideChange;
  return { ...change, reason: reasonIn(reason) };
}

export function reasonIn(reason: unknown): string | undefined {
  if (reason === undefined) return undefined;
  if (typeof reason === 'string' && reason.length <= limits.reasonLengthMax) return reason;
  refuse([{ path: 'reason', problem: `is not a text of at most ${limits.reasonLengthMax} characters` }]);
  return undefined;
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  const text = `the body is not valid: ${describeProblems(problems)}`;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', text, { details: { problems } });
}
