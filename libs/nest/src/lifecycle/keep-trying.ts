import { isRollcallError } from '#contracts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export interface Trial<Result> {
  readonly step: () => Promise<Result>;
  /** Told of each failure that is tried again after so many ms. */
  readonly onFailure: (error: Error, waitMs: number) => void;
  readonly isGivenUp: () => boolean;
}

/**
 * Repeats a step while it fails for reasons that pass: a service must not stay away because the registry is late.
 * Throws what waiting does not cure; resolves with undefined when given up.
 */
export async function keepTrying<Result>(trial: Trial<Result>): Promise<Result | undefined> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await trial.step();
    } catch (error) {
      if (trial.isGivenUp()) return undefined;
      if (!isRollcallError(error) || !error.retryable) throw error;
      trial.onFailure(error, waitMs);
      const pause = waitMs;
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
      if (trial.isGivenUp()) return undefined;
    }
  }
}
