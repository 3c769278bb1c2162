import fc from 'fast-check';
import {
  type ConfigGrayRecord,
  type ConfigOverrideRecord,
  type ConfigRecord,
  type ConfigRolloutRecord,
  type ConfigScheduleRecord,
  type ConfigSchemaRecord,
  type Endpoint,
  type Evidence,
  type HealthCheck,
  healthCheckKinds,
  heartbeatTtlMs,
  type InstanceRecord,
  limits,
  type OverrideRecord,
  overrideStatuses,
  ProtectionRecord,
  protocols,
  type RecordKind,
  type ServicePolicyRecord,
  type UndoOrderRecord,
  type UndoRecord,
  signals,
  statuses,
  type VerdictRecord,
  verdictStates,
} from '#contracts';
import { configRecordArbitraries } from './config-records.js';
import { anyApplication, anyConfigKey, anyIncarnation, anyName } from './names.js';
import { anyText } from './noise.js';
import { anyMetadata, anyTime, recordWith } from './record-with.js';
import { anyCallPolicy, anyRoute } from './routing.js';

export { anyTime } from './record-with.js';

/** What each kind of record is called in the contract. */
export interface RecordOf {
  instance: InstanceRecord;
  override: OverrideRecord;
  verdict: VerdictRecord;
  service: ServicePolicyRecord;
  protection: ProtectionRecord;
  config: ConfigRecord;
  'config-override': ConfigOverrideRecord;
  'config-schema': ConfigSchemaRecord;
  'config-gray': ConfigGrayRecord;
  'config-schedule': ConfigScheduleRecord;
  'config-rollout': ConfigRolloutRecord;
  undo: UndoRecord;
}

export const anyVersion = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(fc.nat(), fc.nat(), fc.nat()).map((parts) => parts.join('.')),
    fc.constantFrom(
      '0.0.0',
      '1.4.2-rc.1',
      '1.0.0+build.007',
      '2.0.0-alpha-1.0.x+sha.5114f85',
      '999999999999999.0.0',
    ),
  );

const networkProtocols = protocols.filter((protocol) => protocol !== 'nats');

const anyEndpoint = (): fc.Arbitrary<Endpoint> => {
  const network = recordWith<Endpoint>(
    {
      name: anyName(),
      protocol: fc.constantFrom(...networkProtocols),
      address: fc.constantFrom(
        '127.0.0.1',
        'orders-1.internal',
        '::1',
        '2001:db8::7',
        'a',
        '::ffff:10.0.0.1',
      ),
      port: fc.oneof(fc.constantFrom(1, limits.portMax), fc.integer({ min: 1, max: limits.portMax })),
    },
    { path: anyText(0, 512) },
  );
  const nats = recordWith<Endpoint>({
    name: anyName(),
    protocol: fc.constant('nats' as const),
    subject: fc.constantFrom('orders.place', 'a', 'käse.größe', `s.${'👍'.repeat(120)}`),
  });
  return fc.oneof(network, nats);
};

const names = { namespace: anyName(), service: anyName(), instance: anyName() };
const weight = fc.oneof(fc.constantFrom(0, limits.weightMax), fc.integer({ min: 0, max: limits.weightMax }));

/** Lease and heartbeat that fit each other: no lease at all, the shortest, the longest, with and without a rhythm. */
const anyLeaseTimes = (): fc.Arbitrary<Pick<InstanceRecord, 'leaseMs' | 'heartbeatMs'>> =>
  fc.oneof(
    fc.constantFrom(
      { leaseMs: 0 },
      { leaseMs: 0, heartbeatMs: limits.heartbeatMsMin },
      { leaseMs: limits.leaseMsMin },
    ),
    fc.integer({ min: limits.leaseMsMin, max: limits.leaseMsMax }).map((leaseMs) => ({ leaseMs })),
    fc
      .tuple(fc.integer({ min: limits.heartbeatMsMin, max: 60_000 }), fc.integer({ min: 0, max: 60_000 }))
      .map(([heartbeatMs, spareMs]) => ({
        heartbeatMs,
        leaseMs: heartbeatTtlMs(heartbeatMs) + 1_000 + spareMs,
      })),
  );

/** Sometimes with a health check on one of its own endpoints. */
function withHealthCheck(record: InstanceRecord): fc.Arbitrary<InstanceRecord> {
  const checkable = record.endpoints.filter(({ protocol }) => protocol !== 'nats').map(({ name }) => name);
  if (checkable.length === 0) return fc.constant(record);
  const check = recordWith<HealthCheck>(
    { kind: fc.constantFrom(...healthCheckKinds), endpoint: fc.constantFrom(...checkable) },
    {
      path: anyText(0, 512),
      intervalMs: fc.integer({ min: 1_000, max: 3_600_000 }),
      timeoutMs: fc.integer({ min: 50, max: 60_000 }),
      successThreshold: fc.integer({ min: 1, max: 10 }),
      failureThreshold: fc.integer({ min: 1, max: 10 }),
    },
  );
  return fc
    .option(check, { nil: undefined })
    .map((healthCheck) => (healthCheck === undefined ? record : { ...record, healthCheck }));
}

/** Any valid instance record, at its bounds too. */
export const anyInstanceRecord = (): fc.Arbitrary<InstanceRecord> =>
  fc
    .tuple(
      recordWith<InstanceRecord>(
        {
          ...names,
          incarnation: anyIncarnation(),
          version: anyVersion(),
          status: fc.constantFrom(...statuses),
          endpoints: fc.uniqueArray(anyEndpoint(), { maxLength: 4, selector: (endpoint) => endpoint.name }),
        },
        {
          zone: anyName(),
          region: anyName(),
          weight,
          tags: fc.uniqueArray(anyText(1, limits.tagLengthMax), { maxLength: 5 }),
          metadata: anyMetadata(),
          startedAt: anyTime(),
        },
      ),
      anyLeaseTimes(),
    )
    .chain(([record, times]) => withHealthCheck({ ...record, ...times }));

export const anyOverrideRecord = (): fc.Arbitrary<OverrideRecord> =>
  recordWith<OverrideRecord>(names, {
    status: fc.constantFrom(...overrideStatuses),
    weight,
    evictedIncarnation: anyIncarnation(),
    removed: fc.boolean(),
  });

export const anyEvidence = (): fc.Arbitrary<Evidence> =>
  recordWith<Evidence>(
    { signal: fc.constantFrom(...signals) },
    {
      observer: anyText(0, 256),
      detail: anyText(0, limits.reasonLengthMax),
      lastHeartbeatAt: anyTime(),
      probesUnanswered: fc.integer({ min: 0, max: 1_000_000 }),
    },
  );

export const anyVerdictRecord = (): fc.Arbitrary<VerdictRecord> =>
  recordWith<VerdictRecord>(
    {
      ...names,
      incarnation: anyIncarnation(),
      state: fc.constantFrom(...verdictStates),
      evidence: anyEvidence(),
    },
    { registeredSequence: anyIncarnation() },
  );

export const anyServicePolicyRecord = (): fc.Arbitrary<ServicePolicyRecord> =>
  recordWith<ServicePolicyRecord>(
    { namespace: names.namespace, service: names.service },
    {
      description: anyText(0, 512),
      metadata: anyMetadata(),
      protection: recordWith({
        sharePercent: fc.integer({ min: 1, max: 100 }),
        minimumCount: fc.integer({ min: 2, max: 100_000 }),
        maxMs: fc.integer({ min: 1_000, max: 86_400_000 }),
      }),
      calls: anyCallPolicy(),
      routes: fc.array(anyRoute(), { maxLength: 3 }),
    },
  );

const anyProtectionRecord = (): fc.Arbitrary<ProtectionRecord> =>
  recordWith<ProtectionRecord>(
    {
      namespace: names.namespace,
      service: names.service,
      engaged: fc.boolean(),
      presentCount: fc.nat(10_000_000),
      goingCount: fc.nat(10_000_000),
      sharePercent: fc.integer({ min: 1, max: 100 }),
    },
    { detail: anyText(0, 512) },
  );

const anySequence = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const anyItemCount = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: limits.undoItemsMax });

const anyUndoOrder = (): fc.Arbitrary<UndoOrderRecord> =>
  recordWith<UndoOrderRecord>(
    { asked: anyText(1, 1_024), from: anySequence(), to: anySequence() },
    {
      types: fc.array(anyText(1, 128), { maxLength: 3 }),
      actor: anyText(1, limits.attributeLengthMax),
      service: anyName(),
      instance: anyName(),
      application: anyApplication(),
      key: anyConfigKey(),
    },
  );

const anyUndoRecord = (): fc.Arbitrary<UndoRecord> =>
  recordWith<UndoRecord>(
    {
      namespace: names.namespace,
      plan: anyName(),
      state: fc.constantFrom('started' as const, 'finished' as const),
      order: anyUndoOrder(),
      position: anySequence(),
      digest: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
      planned: anyItemCount(1),
    },
    { undone: anyItemCount(0), skipped: anyItemCount(0) },
  );

/** A valid record of each kind. */
export const recordArbitraries: { readonly [Kind in RecordKind]: () => fc.Arbitrary<RecordOf[Kind]> } = {
  instance: anyInstanceRecord,
  override: anyOverrideRecord,
  verdict: anyVerdictRecord,
  service: anyServicePolicyRecord,
  protection: anyProtectionRecord,
  ...configRecordArbitraries,
  undo: anyUndoRecord,
};
