import { heartbeatTtlMs } from '#contracts';

/** The times of a lease, in ms. */
export interface LeaseTimes {
  /** How often the instance beats. */
  readonly heartbeatMs: number;
  /** How long it lives without a beat. */
  readonly leaseMs: number;
}

/**
 * Ready-made times; the formula is docs/guides/liveness.md. `local`: one machine, one broker. `lan`: survives
 * the election of a new stream leader in a three-node cluster (4 to 8 s, measured). `wan`: survives a slow
 * and lossy line as well.
 */
export const leasePresets = {
  local: { heartbeatMs: 1_000, leaseMs: 7_000 },
  lan: { heartbeatMs: 3_000, leaseMs: 15_000 },
  wan: { heartbeatMs: 5_000, leaseMs: 30_000 },
} as const satisfies Record<string, LeaseTimes>;

export type LeasePreset = keyof typeof leasePresets;

/** The times of a record; one that does not say how often it beats is taken to beat four times a lease. */
export function leaseTimes(record: { readonly leaseMs: number; readonly heartbeatMs?: number }): LeaseTimes {
  const { leaseMs } = record;
  return { leaseMs, heartbeatMs: record.heartbeatMs ?? Math.max(500, Math.floor(leaseMs / 4)) };
}

/** How long an instance stays suspected before it is expired: what the lease leaves after one heartbeat's life. */
export function graceMs(times: LeaseTimes): number {
  return Math.max(1_000, times.leaseMs - heartbeatTtlMs(times.heartbeatMs));
}
