import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { validateSync, type ValidationError } from 'class-validator';
import { RollcallError } from '../errors/rollcall-error.js';
import { recordSchemas } from '../generated/record-schemas.js';
import { quote } from '../names.js';
import { instantiate } from './instantiate.js';
import { recordRules } from './record-rules.js';
import type { FieldProblem } from './rules.js';
import type { RecordKind } from './schemas.js';

let validators: Readonly<Record<RecordKind, ValidateFunction>> | undefined;

/**
 * All are compiled when the first is needed, by one ajv, in about 25 ms: compiled one by one they take ten times as
 * long, and the first verdict of a process must not wait for it. That the schemas are well-formed is for a test to say.
 */
function validatorOf(kind: RecordKind): ValidateFunction {
  if (validators === undefined) {
    const ajv = new Ajv({
      strict: true,
      allErrors: false,
      verbose: true,
      validateSchema: false,
      meta: false,
    });
    const compiled = Object.entries(recordSchemas).map(([name, schema]) => [name, ajv.compile(schema)]);
    validators = Object.fromEntries(compiled) as Record<RecordKind, ValidateFunction>;
  }
  return validators[kind];
}

/**
 * The hot path: ajv compiled from the generated schemas, then the rules between fields.
 * Stops at the first schema problem. An empty list means the value is a record of that kind.
 */
export function recordProblems(kind: RecordKind, value: unknown): FieldProblem[] {
  const validate = validatorOf(kind);
  if (!validate(value)) return (validate.errors ?? []).map(problemOf);
  return recordRules[kind]?.(value as never) ?? [];
}

/** The source of truth, slower: class-validator on the DTO class. Says everything that is wrong at once. */
export function recordProblemsByClass(kind: RecordKind, value: unknown): FieldProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path: '', problem: `${quote(value)} is not an object` }];
  }
  const problems = flatten(validateSync(instantiate(kind, value), { forbidUnknownValues: true }), '');
  if (problems.length > 0) return problems;
  return recordRules[kind]?.(value as never) ?? [];
}

/** Throws ROLLCALL_RECORD_INVALID naming each field, its value and what is allowed. */
export function assertRecord(kind: RecordKind, value: unknown): void {
  if (recordProblems(kind, value).length === 0) return;
  const problems = recordProblemsByClass(kind, value);
  throw new RollcallError(
    'ROLLCALL_RECORD_INVALID',
    `the ${kind} record is not valid: ${describeProblems(problems)}`,
    {
      details: { problems },
    },
  );
}

export function describeProblems(problems: readonly FieldProblem[]): string {
  return problems.map(({ path, problem }) => (path === '' ? problem : `${path} ${problem}`)).join('; ');
}

function problemOf(error: ErrorObject): FieldProblem {
  const at = error.instancePath.slice(1).replaceAll('/', '.');
  const missing = error.keyword === 'required' ? String(error.params['missingProperty']) : undefined;
  const path = missing === undefined ? at : at === '' ? missing : `${at}.${missing}`;
  const problem =
    missing === undefined ? `${quote(error.data)} ${error.message ?? 'is not valid'}` : 'is missing';
  return { path, problem };
}

function flatten(errors: readonly ValidationError[], above: string): FieldProblem[] {
  return errors.flatMap((error) => {
    const path = above === '' ? error.property : `${above}.${error.property}`;
    const own = Object.values(error.constraints ?? {}).map((message) => ({
      path,
      problem: `${quote(error.value)}: ${message}`,
    }));
    return [...own, ...flatten(error.children ?? [], path)];
  });
}
