import {
  assertRecord,
  limits,
  type ProtectionPolicy,
  quote,
  RollcallError,
  type ServicePolicyRecord,
} from '#contracts';
import type { LeaseTimes } from '#domain';
import { objectBody } from '../input/operator-input.js';

/** Another policy, to hold against what happened. What is left out stays as it was. */
export interface WhatIfPolicy {
  readonly lease?: Partial<LeaseTimes>;
  readonly protection?: ProtectionPolicy;
  readonly calls?: ServicePolicyRecord['calls'];
  readonly routes?: ServicePolicyRecord['routes'];
}

/**
 * Reads `{"lease": {"heartbeatMs", "leaseMs"}, "protection": {...}, "calls": {...}, "routes": [...]}`.
 * @throws ROLLCALL_RECORD_INVALID
 */
export function whatIfPolicy(body: unknown): WhatIfPolicy {
  const { lease, ...policy } = objectBody(body, ['lease', 'protection', 'calls', 'routes']);
  // The names are no one's: the rest is checked as a policy of a service is.
  assertRecord('service', { namespace: 'default', service: 'any', ...policy });
  if (lease === undefined && Object.keys(policy).length === 0)
    throw new RollcallError('ROLLCALL_RECORD_INVALID', 'the policy says nothing', {
      action: 'Give lease, protection, calls or routes.',
    });
  return lease === undefined ? policy : { ...policy, lease: leaseOf(lease) };
}

function leaseOf(given: unknown): Partial<LeaseTimes> {
  const { heartbeatMs, leaseMs } = objectBody(given, ['heartbeatMs', 'leaseMs']);
  const lease = {
    ...checked('heartbeatMs', heartbeatMs, limits.heartbeatMsMin),
    ...checked('leaseMs', leaseMs, limits.leaseMsMin),
  };
  const { heartbeatMs: every = 0, leaseMs: longest = Infinity } = lease;
  if (every < longest) return lease;
  throw new RollcallError(
    'ROLLCALL_RECORD_INVALID',
    `lease.heartbeatMs ${every} is not shorter than lease.leaseMs ${longest}`,
  );
}

function checked(name: string, value: unknown, least: number): Record<string, number> {
  if (value === undefined) return {};
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= limits.leaseMsMax)
    return { [name]: value as number };
  throw new RollcallError(
    'ROLLCALL_RECORD_INVALID',
    `lease.${name} is ${quote(value)}, allowed is ${least} to ${limits.leaseMsMax} ms`,
  );
}
