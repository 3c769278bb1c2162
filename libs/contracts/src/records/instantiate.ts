import { Endpoint } from './endpoint.js';
import { HealthCheck } from './health-check.js';
import { recordClasses, type RecordKind } from './schemas.js';
import { ProtectionPolicy } from './service-policy.js';
import { Evidence } from './verdict.js';

type Class = new () => object;

/** Fields that hold objects with a class of their own; what @Type() says to Nest. */
const nestedClasses: Readonly<Record<RecordKind, Readonly<Record<string, Class>>>> = {
  instance: { endpoints: Endpoint, healthCheck: HealthCheck },
  override: {},
  verdict: { evidence: Evidence },
  service: { protection: ProtectionPolicy },
  protection: {},
};

/**
 * A DTO filled from a stranger's JSON, which class-validator needs. class-transformer would do it too, but it
 * calls whatever an object names as its `constructor`, and follows nested junk until the stack is full.
 */
export function instantiate(kind: RecordKind, value: object): object {
  const record = fill(recordClasses[kind], value);
  for (const [field, nested] of Object.entries(nestedClasses[kind])) {
    const content = record[field];
    record[field] = Array.isArray(content)
      ? content.map((item: unknown) => (isPlainObject(item) ? fill(nested, item) : item))
      : isPlainObject(content)
        ? fill(nested, content)
        : content;
  }
  return record;
}

/** Two names are left out because assigning them changes what the object is; no record has such a field. */
function fill(target: Class, value: object): Record<string, unknown> {
  const filled = new target() as Record<string, unknown>;
  for (const [key, content] of Object.entries(value)) {
    if (key !== '__proto__' && key !== 'constructor') filled[key] = content;
  }
  return filled;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
