import { limits } from '../limits.js';
import type { Endpoint } from './endpoint.js';
import type { InstanceRecord } from './instance.js';

/** What is wrong with one field, in words. */
export interface FieldProblem {
  /** Path with dots, e.g. `endpoints.0.port`; '' for the whole record. */
  readonly path: string;
  readonly problem: string;
}

/**
 * Life span the broker gives one heartbeat: the interval rounded up to whole seconds (message TTLs know no
 * fractions) plus one second for the way. When it lapses, the instance is suspected.
 */
export function heartbeatTtlMs(heartbeatMs: number): number {
  return Math.ceil(heartbeatMs / 1_000) * 1_000 + 1_000;
}

/** Rules between fields, which neither decorators nor JSON Schema can say. */
export function instanceRuleProblems(record: InstanceRecord): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (record.leaseMs !== 0 && record.leaseMs < limits.leaseMsMin) {
    problems.push({
      path: 'leaseMs',
      problem: `${record.leaseMs} is neither 0 (never beats) nor at least ${limits.leaseMsMin}`,
    });
  }
  const { heartbeatMs, leaseMs } = record;
  if (leaseMs !== 0 && heartbeatMs !== undefined && leaseMs < heartbeatTtlMs(heartbeatMs) + 1_000) {
    const least = heartbeatTtlMs(heartbeatMs) + 1_000;
    problems.push({
      path: 'leaseMs',
      problem: `${leaseMs} is below ${least}, the least for a heartbeat every ${heartbeatMs} ms`,
    });
  }
  if (record.healthCheck !== undefined) problems.push(...healthCheckProblems(record));
  const { endpoints } = record;
  for (let index = 0; index < endpoints.length; index += 1) {
    const endpoint = endpoints[index] as Endpoint;
    // At most `endpointsMax`, and this runs for every event of a replay: looking back beats a set.
    if (endpoints.findIndex(({ name }) => name === endpoint.name) < index) {
      problems.push({ path: `endpoints.${index}.name`, problem: `"${endpoint.name}" appears twice` });
    }
    addEndpointProblems(endpoint, index, problems);
  }
  return problems;
}

function healthCheckProblems({ healthCheck, endpoints }: InstanceRecord): FieldProblem[] {
  if (healthCheck === undefined) return [];
  const endpoint = endpoints.find(({ name }) => name === healthCheck.endpoint);
  const path = 'healthCheck.endpoint';
  if (endpoint === undefined)
    return [{ path, problem: `"${healthCheck.endpoint}" is not one of its endpoints` }];
  return endpoint.protocol === 'nats' ? [{ path, problem: 'a nats endpoint has no address to check' }] : [];
}

const ADDRESS_FIELDS = ['address', 'port'] as const;
const SUBJECT_FIELDS = ['subject'] as const;

function addEndpointProblems(endpoint: Endpoint, index: number, problems: FieldProblem[]): void {
  for (const field of endpoint.protocol === 'nats' ? SUBJECT_FIELDS : ADDRESS_FIELDS) {
    if (endpoint[field] !== undefined) continue;
    problems.push({
      path: `endpoints.${index}.${field}`,
      problem: `is required for protocol "${endpoint.protocol}"`,
    });
  }
}
