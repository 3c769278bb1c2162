import {
  describeProblems,
  type FieldProblem,
  type InstanceRecord,
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
  const input = completed(given, names);
  const record = { ...input, incarnation: 1 };
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
  checkSize(input);
  return input as unknown as RegistrationInput;
}

/** One copy that is added to: spread together from several objects, all who read it afterwards are slow. */
function completed(given: Record<string, unknown>, { namespace, service, instance }: InstanceNames) {
  const input = { ...given };
  if (!('status' in given)) input['status'] = defaults.status;
  if (!('leaseMs' in given)) input['leaseMs'] = defaults.leaseMs;
  input['namespace'] = namespace;
  input['service'] = service;
  input['instance'] = instance;
  return input;
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
function checkSize(input: Record<string, unknown>): void {
  // Nearly all are so small that they need not be written to be counted.
  if (bytesAtMost(input) + INCARNATION_BYTES_MAX <= limits.recordBytesMax) return;
  const record: Partial<InstanceRecord> = { ...input, incarnation: Number.MAX_SAFE_INTEGER };
  const bytes = Buffer.byteLength(JSON.stringify(record));
  if (bytes <= limits.recordBytesMax) return;
  throw new RollcallError(
    'ROLLCALL_RECORD_TOO_LARGE',
    `the record has ${bytes} bytes; at most ${limits.recordBytesMax} are allowed`,
  );
}

/** A control character is six bytes in JSON; no other takes more. */
const CHARACTER_BYTES_MAX = 6;
const NUMBER_BYTES_MAX = 24;
const INCARNATION_BYTES_MAX = 64;

/** No JSON of this value is longer, with a comma behind it. */
function bytesAtMost(value: unknown): number {
  if (typeof value === 'string') return CHARACTER_BYTES_MAX * value.length + 3;
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES_MAX + 1;
  let bytes = 3;
  for (const name in value) {
    if (!Array.isArray(value)) bytes += CHARACTER_BYTES_MAX * name.length + 3;
    bytes += bytesAtMost((value as Record<string, unknown>)[name]);
  }
  return bytes;
}
