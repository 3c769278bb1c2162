import {
  describeProblems,
  type FieldProblem,
  limits,
  quote,
  recordProblems,
  recordProblemsByClass,
  recordSchemas,
  RollcallError,
} from '#contracts';
import type { InstanceNames } from '../operator/operator.js';
import type { RegistrationInput } from '../registrar/registrar.js';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** What a plain HTTP client need not say: it is up, and as it sends no heartbeats, it has no lease. */
const defaults = { status: 'up', leaseMs: 0 } as const;

/**
 * The registration in a request body. Names come from the path and may be left out of the body. Unlike a reader of
 * events, who tolerates fields it does not know, this refuses them: here somebody is still there to be told.
 * @throws ROLLCALL_BODY_INVALID, ROLLCALL_RECORD_INVALID naming every field that is wrong, ROLLCALL_RECORD_TOO_LARGE
 */
export function registrationOf(names: InstanceNames, body: unknown): RegistrationInput {
  if (body === undefined) throw new RollcallError('ROLLCALL_BODY_INVALID', 'the body is empty');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RollcallError(
      'ROLLCALL_BODY_INVALID',
      `the body is ${quote(body)}, which is not a JSON object`,
    );
  }
  const given = body as Record<string, unknown>;
  const input = { ...defaults, ...given, ...names };
  // The longest it may come to have, for its size.
  const record = { ...input, incarnation: Number.MAX_SAFE_INTEGER };
  if (
    hasUnknownFields(recordSchemas.instance, given) ||
    recordProblems('instance', record).length > 0 ||
    nameProblems(names, given).length > 0
  ) {
    refuse([
      ...nameProblems(names, given),
      ...unknownFields(recordSchemas.instance, given, ''),
      ...problemsOf(record),
    ]);
  }
  checkSize(record);
  return input as unknown as RegistrationInput;
}

function refuse(problems: readonly FieldProblem[]): never {
  throw new RollcallError(
    'ROLLCALL_RECORD_INVALID',
    `the instance record is not valid: ${describeProblems(problems)}`,
    { details: { problems } },
  );
}

/** Whether it is valid is asked fast; what is wrong with it is told by whoever tells everything at once. */
function problemsOf(record: object): FieldProblem[] {
  return recordProblems('instance', record).length === 0 ? [] : recordProblemsByClass('instance', record);
}

function nameProblems(names: InstanceNames, given: Record<string, unknown>): FieldProblem[] {
  const differing = Object.entries(names).filter(
    ([role, name]) => given[role] !== undefined && given[role] !== name,
  );
  const problems = differing.map(([role, name]) => ({
    path: role,
    problem: `is ${quote(given[role])} in the body and ${quote(name)} in the path`,
  }));
  const taken = { path: 'incarnation', problem: 'is taken by the registry and cannot be given' };
  return given['incarnation'] === undefined ? problems : [...problems, taken];
}

/** Whether there are any is asked of every registration; which ones, only of those that have some. */
function hasUnknownFields(schema: Schema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { items, properties } = schema;
  if (Array.isArray(value)) return items !== undefined && value.some((item) => hasUnknownFields(items, item));
  if (properties === undefined) return false;
  for (const name of Object.keys(value)) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (inner === undefined || hasUnknownFields(inner, (value as Record<string, unknown>)[name])) return true;
  }
  return false;
}

function unknownFields(schema: Schema, value: unknown, above: string): FieldProblem[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.flatMap((item, index) => unknownFields(items, item, `${above}.${index}`));
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return [];
  const known = schema.properties;
  return Object.entries(value).flatMap(([name, content]) => {
    const path = above === '' ? name : `${above}.${name}`;
    const inner = Object.hasOwn(known, name) ? known[name] : undefined;
    if (inner !== undefined) return unknownFields(inner, content, path);
    return [
      { path: path.slice(0, 200), problem: `is not a field; allowed is ${Object.keys(known).join(', ')}` },
    ];
  });
}

/** Counted as it will be stored: with the defaults and the names of the path. */
function checkSize(record: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(record));
  if (bytes <= limits.recordBytesMax) return;
  throw new RollcallError(
    'ROLLCALL_RECORD_TOO_LARGE',
    `the record has ${bytes} bytes; at most ${limits.recordBytesMax} are allowed`,
  );
}
