import { ConfigChangeSet, ConfigRecord } from './config.js';
import { ConfigGrayRecord, GrayTarget } from './config-gray.js';
import { ConfigMatch } from './config-match.js';
import { ConfigOverride, ConfigOverrideRecord } from './config-override.js';
import { ConfigRolloutRecord, RolloutRejection } from './config-rollout.js';
import { ConfigScheduleRecord, ScheduledChange } from './config-schedule.js';
import { Endpoint } from './endpoint.js';
import { HealthCheck } from './health-check.js';
import { InstanceRecord } from './instance.js';
import { CallPolicy, RouteMatch, RouteRule, RouteTarget } from './routing.js';
import { recordClasses, type RecordKind } from './schemas.js';
import { ProtectionPolicy, ServicePolicyRecord } from './service-policy.js';
import { UndoOrderRecord, UndoRecord } from './undo.js';
import { Evidence, VerdictRecord } from './verdict.js';

type Class = new () => object;

/** Fields that hold objects with a class of their own; what @Type() says to Nest. */
const nestedClasses = new Map<Class, Readonly<Record<string, Class>>>([
  [InstanceRecord, { endpoints: Endpoint, healthCheck: HealthCheck }],
  [VerdictRecord, { evidence: Evidence }],
  [ServicePolicyRecord, { protection: ProtectionPolicy, calls: CallPolicy, routes: RouteRule }],
  [RouteRule, { match: RouteMatch, to: RouteTarget }],
  [ConfigRecord, { changeSet: ConfigChangeSet }],
  [ConfigOverrideRecord, { overrides: ConfigOverride }],
  [ConfigOverride, { match: ConfigMatch }],
  [ConfigGrayRecord, { to: GrayTarget }],
  [GrayTarget, { match: ConfigMatch }],
  [ConfigScheduleRecord, { changes: ScheduledChange }],
  [ConfigRolloutRecord, { rejections: RolloutRejection }],
  [UndoRecord, { order: UndoOrderRecord }],
]);

/**
 * A DTO filled from a stranger's JSON, which class-validator needs. class-transformer would do it too, but it
 * calls whatever an object names as its `constructor`, and follows nested junk until the stack is full.
 */
export function instantiate(kind: RecordKind, value: object): object {
  return fill(recordClasses[kind], value);
}

/** Two names are left out because assigning them changes what the object is; no record has such a field. */
function fill(target: Class, value: object): object {
  const nested = nestedClasses.get(target) ?? {};
  const filled = new target() as Record<string, unknown>;
  for (const [key, content] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor') continue;
    const inner = Object.hasOwn(nested, key) ? nested[key] : undefined;
    filled[key] = inner === undefined ? content : fillAll(inner, content);
  }
  return filled;
}

function fillAll(target: Class, content: unknown): unknown {
  if (Array.isArray(content)) {
    return content.map((item: unknown) => (isPlainObject(item) ? fill(target, item) : item));
  }
  return isPlainObject(content) ? fill(target, content) : content;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
