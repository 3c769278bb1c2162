import { InstanceRecord } from './instance.js';
import { OverrideRecord } from './override.js';
import { ProtectionRecord } from './protection.js';
import { ServicePolicyRecord } from './service-policy.js';
import { VerdictRecord } from './verdict.js';

/** The DTO class behind each aggregate kind that has one: the source the JSON Schemas are generated from. */
export const recordClasses = {
  instance: InstanceRecord,
  override: OverrideRecord,
  verdict: VerdictRecord,
  service: ServicePolicyRecord,
  protection: ProtectionRecord,
} as const;

export type RecordKind = keyof typeof recordClasses;
