import { isRollcallError } from '#contracts';

const PAUSE_MS = 100;

/** Repeats a step while it fails for reasons that pass; after `timeoutMs` the last failure is thrown. */
export async function patiently<Result>(step: () => Promise<Result>, timeoutMs: number): Promise<Result> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const mayPass = isRollcallError(error) && error.retryable;
      if (!mayPass || performance.now() + PAUSE_MS > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
