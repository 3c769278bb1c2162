import type { ProtectionView, ServiceView } from '#contracts';
import type { ViewEntry } from '#domain';
import type { ServiceRow } from '../schema/tables.js';
import { textOrNull } from './clean-text.js';

/** What is known of a service beside its instances. */
export interface ServiceEntries {
  readonly namespace: string;
  readonly service: string;
  readonly policy?: ViewEntry<ServiceView>;
  readonly protection?: ViewEntry<ProtectionView>;
}

export function serviceRow({ namespace, service, policy, protection }: ServiceEntries): ServiceRow {
  return { namespace, service, ...policyColumns(policy), ...protectionColumns(protection) };
}

type PolicyColumns = Omit<ServiceRow, 'namespace' | 'service' | keyof ProtectionColumns>;
type ProtectionColumns = Pick<ServiceRow, 'protection_engaged' | 'protection_at' | 'protection_entry'>;

function policyColumns(policy: ServiceEntries['policy']): PolicyColumns {
  const { description, metadata, protection, revision } = policy?.record ?? {};
  return {
    description: textOrNull(description),
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
    protection_share_percent: protection?.sharePercent ?? null,
    protection_minimum_count: protection?.minimumCount ?? null,
    protection_max_ms: protection?.maxMs ?? null,
    policy_revision: revision ?? null,
    policy_entry: policy === undefined ? null : JSON.stringify(policy),
  };
}

function protectionColumns(protection: ServiceEntries['protection']): ProtectionColumns {
  return {
    protection_engaged: protection === undefined ? null : Number(protection.record.engaged),
    protection_at: protection?.at ?? null,
    protection_entry: protection === undefined ? null : JSON.stringify(protection),
  };
}
