import { RollcallError } from '#contracts';
import type { CallPlan } from './call-plan.js';
import type { HttpAttempt } from './options.js';

/** Waits, but not beyond a deadline. */
export function pause(waitMs: number, deadlineAtMs: number): Promise<undefined> {
  const leftMs = Math.max(0, Math.min(waitMs, deadlineAtMs - performance.now()));
  return new Promise((resolve) => setTimeout(() => resolve(undefined), leftMs));
}

export function timeUp(
  service: string,
  { plan, attempts }: { readonly plan: CallPlan; readonly attempts: readonly HttpAttempt[] },
): RollcallError {
  const tried = attempts.map(({ instance, result }) => `${instance}: ${result}`).join('; ');
  const what = `service "${service}" did not answer ${plan.method} ${plan.path} in ${Math.round(plan.timeoutMs)} ms`;
  return new RollcallError('ROLLCALL_CALL_TIMEOUT', tried === '' ? what : `${what} (${tried})`, {
    details: { attempts, timeoutMs: plan.timeoutMs },
  });
}
