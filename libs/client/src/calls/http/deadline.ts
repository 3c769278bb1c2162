import { AsyncLocalStorage } from 'node:async_hooks';

/** Tells the called how long the caller will wait, in ms: relative, because clocks differ. */
export const TIMEOUT_HEADER = 'x-rollcall-timeout-ms';

const deadlines = new AsyncLocalStorage<number>();

/** Runs something that has to be done in so long: no call it makes takes longer than what is left. */
export function withDeadline<Result>(timeoutMs: number, run: () => Result): Result {
  const atMs = performance.now() + timeoutMs;
  const outer = deadlines.getStore();
  return deadlines.run(outer === undefined ? atMs : Math.min(outer, atMs), run);
}

/** Time until what is being done here has to be done, in ms; Infinity where nobody waits. */
export function remainingMs(): number {
  const atMs = deadlines.getStore();
  return atMs === undefined ? Infinity : atMs - performance.now();
}

/** What a caller said of its patience, from a header's value; undefined when it is no time. */
export function readTimeout(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,9}$/.test(value)) return undefined;
  return Number(value);
}
