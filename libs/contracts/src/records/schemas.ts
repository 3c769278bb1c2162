import { ConfigRecord } from './config.js';
import { ConfigGrayRecord } from './config-gray.js';
import { ConfigOverrideRecord } from './config-override.js';
import { ConfigRolloutRecord } from './config-rollout.js';
import { ConfigScheduleRecord } from './config-schedule.js';
import { ConfigSchemaRecord } from './config-schema.js';
import { InstanceRecord } from './instance.js';
import { OverrideRecord } from './override.js';
import { ProtectionRecord } from './protection.js';
import { ServicePolicyRecord } from './service-policy.js';
import { UndoRecord } from './undo.js';
import { VerdictRecord } from './verdict.js';

/** The DTO class behind each aggregate kind that has one: the source the JSON Schemas are generated from. */
export const recordClasses = {
  instance: InstanceRecord,
  override: OverrideRecord,
  verdict: VerdictRecord,
  service: ServicePolicyRecord,
  protection: ProtectionRecord,
  config: ConfigRecord,
  'config-override': ConfigOverrideRecord,
  'config-schema': ConfigSchemaRecord,
  'config-gray': ConfigGrayRecord,
  'config-schedule': ConfigScheduleRecord,
  'config-rollout': ConfigRolloutRecord,
  undo: UndoRecord,
} as const;

export type RecordKind = keyof typeof recordClasses;
