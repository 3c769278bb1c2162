import type { HealthCheck } from '#contracts';

/** A health check with its defaults filled in. */
export type HealthCheckPlan = Required<Omit<HealthCheck, 'path'>> & Pick<HealthCheck, 'path'>;

export function healthCheckPlan(check: HealthCheck): HealthCheckPlan {
  const intervalMs = check.intervalMs ?? 10_000;
  return {
    kind: check.kind,
    endpoint: check.endpoint,
    ...(check.path === undefined ? {} : { path: check.path }),
    intervalMs,
    timeoutMs: Math.min(check.timeoutMs ?? 2_000, intervalMs),
    successThreshold: check.successThreshold ?? 1,
    failureThreshold: check.failureThreshold ?? 3,
  };
}

/** Answers in a row: positive for good ones, negative for bad ones, 0 before the first. */
export type CheckRun = number;

export type CheckVerdict = 'failing' | 'passing' | undefined;

/** Counts one answer. The verdict is named once, by the answer that reaches the threshold. */
export function countAnswer(
  run: CheckRun,
  isGood: boolean,
  plan: Pick<HealthCheckPlan, 'successThreshold' | 'failureThreshold'>,
): { readonly run: CheckRun; readonly verdict: CheckVerdict } {
  const next = isGood ? Math.max(0, run) + 1 : Math.min(0, run) - 1;
  if (next === plan.successThreshold) return { run: next, verdict: 'passing' };
  return { run: next, verdict: next === -plan.failureThreshold ? 'failing' : undefined };
}

/**
 * Which of the replicas looks after a key: highest random weight (Thaler, Ravishankar 1996), so that a replica
 * that comes or goes moves only its own share.
 */
export function ownerOf(key: string, replicas: readonly string[]): string | undefined {
  let owner: string | undefined;
  let best = -1;
  for (const replica of replicas) {
    const weight = hash(`${replica}/${key}`);
    if (weight > best || (weight === best && owner !== undefined && replica < owner)) {
      best = weight;
      owner = replica;
    }
  }
  return owner;
}

/** FNV-1a, 32 bit, with a final mix: the plain hash barely differs for texts that end alike. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
