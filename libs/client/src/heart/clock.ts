/** Milliseconds of a clock that all threads of the process share; `performance.now()` starts anew in each. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
